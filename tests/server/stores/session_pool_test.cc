#include "server/stores/session_pool.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"

namespace sallyport::server {
namespace {

struct Session {
  int id = 0;
  // Only its thread touches it.
  int tasks = 0;
};
using Pool = SessionPool<Session>;

std::vector<std::unique_ptr<Session>> Sessions(int count) {
  std::vector<std::unique_ptr<Session>> sessions;
  for (int id = 1; id <= count; ++id) sessions.push_back(std::make_unique<Session>(Session{id}));
  return sessions;
}

TEST(SessionPool, RunsAsManyTasksAtATimeAsItHasSessions) {
  Pool pool(Sessions(2));
  absl::Notification begun[2];
  absl::BlockingCounter ended(2);
  int ids[2] = {0, 0};
  for (int i = 0; i < 2; ++i) {
    pool.Run([&, i](Session* session) {
      ids[i] = session->id;
      // Neither ends before both run.
      begun[i].Notify();
      begun[1 - i].WaitForNotification();
      ended.DecrementCount();
    });
  }
  ended.Wait();
  EXPECT_EQ(ids[0] + ids[1], 3);
}

TEST(SessionPool, GivesASessionOneTaskAtATimeInTheirOrder) {
  Pool pool(Sessions(1));
  std::vector<int> order;
  absl::Notification done;
  for (int i = 0; i < 100; ++i) {
    pool.Run([&, i](Session* session) {
      EXPECT_EQ(session->tasks++, i);
      order.push_back(i);
      if (i == 99) done.Notify();
    });
  }
  done.WaitForNotification();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<size_t>(i)], i);
}

TEST(SessionPool, TakesATaskFromATask) {
  Pool pool(Sessions(1));
  absl::Notification done;
  pool.Run([&](Session*) {
    pool.Run([&](Session* session) {
      EXPECT_NE(session, nullptr);
      done.Notify();
    });
  });
  done.WaitForNotification();
}

TEST(SessionPool, CallsWhatNoThreadTookWithoutASessionWhenItCloses) {
  int calls = 0;
  {
    Pool pool(Sessions(0));
    for (int i = 0; i < 3; ++i) {
      pool.Run([&](Session* session) {
        calls += session == nullptr;
        // Also what it is given then.
        pool.Run([&](Session* late) { calls += late == nullptr; });
      });
    }
    EXPECT_EQ(calls, 0);
  }
  EXPECT_EQ(calls, 6);
}

TEST(SessionPool, WaitsForWhatRunsWhenItCloses) {
  absl::Notification begun;
  absl::Notification may_end;
  bool ended = false;
  auto pool = std::make_unique<Pool>(Sessions(1));
  pool->Run([&](Session*) {
    begun.Notify();
    may_end.WaitForNotification();
    ended = true;
  });
  begun.WaitForNotification();
  std::thread closer([&] { pool.reset(); });
  may_end.Notify();
  closer.join();
  EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace sallyport::server
