// What CreateRemoteSaslServerIo does where there is no memory: this program lets
// each allocation of the call fail in turn, until none does. Those of the SDK's
// threads do not fail.

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "client/remote_sasl_server_io.h"
#include "tests/core/io/fake_transport.h"
#include "tests/requirements.h"

namespace {

// How many allocations of this thread may still succeed; below zero: all.
thread_local int allowed = -1;

}  // namespace

void* operator new(size_t size) {
  if (allowed == 0) throw std::bad_alloc();
  if (allowed > 0) --allowed;
  void* memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  return memory;
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace sallyport::client {
namespace {

TEST(RemoteSaslServerIoMemory, CreateFailsWithoutMemory) {
  Covers({"SRS_SASL_SERVER_IO_01_007"});
  const auto authenticator = Authenticator::Create({.target = "unix:/nonexistent/service"});
  ASSERT_TRUE(authenticator.ok()) << authenticator.status();
  IoLog log;
  FakeTransport transport(&log);
  const RemoteSaslServerIoConfig config = {
      .transport = &transport,
      .authenticator = authenticator->get(),
      .facts = {.listener = "a name that has to be allocated"}};
  int allow = 0;
  for (bool failed = true; failed; ++allow) {
    ASSERT_LT(allow, 100);
    allowed = allow;
    const auto created = CreateRemoteSaslServerIo(&config);
    allowed = -1;
    failed = !created.ok();
    if (failed) {
      EXPECT_EQ(created.status().code(), absl::StatusCode::kResourceExhausted);
    }
  }
  EXPECT_GT(allow, 1) << "nothing was allocated";
}

}  // namespace
}  // namespace sallyport::client
