// Accepting when the system has no file descriptor to give.

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "tests/gateway/gateway_fixture.h"

namespace sallyport::gateway {
namespace {

using GatewayAccept = GatewayFixture;

absl::Duration ProcessorTime() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return absl::DurationFromTimespec(now);
}

TEST_F(GatewayAccept, WaitsForADescriptorWithoutSpinning) {
  Start();
  const Endpoint address = gateway_->addresses()["amqp"];
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const TestPeer client(fd);
  rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  absl::Cleanup restore = [limit] { setrlimit(RLIMIT_NOFILE, &limit); };
  const rlimit few = {256, limit.rlim_max};
  setrlimit(RLIMIT_NOFILE, &few);
  std::vector<int> fillers;
  for (int filler = dup(fd); filler >= 0; filler = dup(fd)) fillers.push_back(filler);

  // The kernel completes the connection; the gateway cannot take it.
  ASSERT_EQ(connect(fd, address.data(), static_cast<socklen_t>(address.size())), 0);
  const absl::Duration before = ProcessorTime();
  EXPECT_EQ(authenticator_->Next(absl::Milliseconds(500)), nullptr);
  EXPECT_LT(ProcessorTime() - before, absl::Milliseconds(250));

  for (const int filler : fillers) close(filler);
  EXPECT_NE(authenticator_->Next(), nullptr);
  EXPECT_NE(TakeLog().find("cannot accept"), std::string::npos);
}

}  // namespace
}  // namespace sallyport::gateway
