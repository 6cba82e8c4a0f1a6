#ifndef SALLYPORT_TESTS_SERVER_TOKENS_ANSWER_BOX_H_
#define SALLYPORT_TESTS_SERVER_TOKENS_ANSWER_BOX_H_

// What a callback was called with. In tests only.

#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace sallyport::server {

template <typename Answer>
class AnswerBox {
 public:
  // Callback puts what it is called with into the box, which may be gone by then.
  auto Callback() {
    return [state = state_](Answer answer) {
      absl::MutexLock lock(&state->mutex);
      state->answers.push_back(std::move(answer));
    };
  }

  size_t size() const {
    absl::MutexLock lock(&state_->mutex);
    return state_->answers.size();
  }

  // Await is all answers once there are `count`.
  std::vector<Answer> Await(size_t count = 1) const {
    const auto enough = [this, count]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
      return state_->answers.size() >= count;
    };
    absl::MutexLock lock(&state_->mutex);
    EXPECT_TRUE(state_->mutex.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(60)));
    EXPECT_EQ(state_->answers.size(), count);
    return state_->answers;
  }

 private:
  struct State {
    absl::Mutex mutex;
    std::vector<Answer> answers ABSL_GUARDED_BY(mutex);
  };

  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_TOKENS_ANSWER_BOX_H_
