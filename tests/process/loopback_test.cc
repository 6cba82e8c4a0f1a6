#include "process/loopback.h"

#include <gtest/gtest.h>

namespace sallyport::process {
namespace {

TEST(Loopback, IsWhatCannotBeHeardBeyondThisMachine) {
  for (const char* address : {"127.0.0.1:7450", "127.9.9.9:1", "localhost:7450", "[::1]:7450",
                              "unix:/run/x.sock", "dns:///localhost:1", "ipv4:127.0.0.1:1"}) {
    EXPECT_TRUE(StaysOnThisMachine(address)) << address;
  }
}

TEST(Loopback, IsNoOtherAddressNorName) {
  for (const char* address :
       {"0.0.0.0:7450", "[::]:7450", "192.0.2.1:7450", "127.example.com:7450", "localhost.evil:1",
        "auth.example:7450", "dns:///auth.example:1", "dns://127.0.0.1/auth.example:1", "", ":1"}) {
    EXPECT_FALSE(StaysOnThisMachine(address)) << address;
  }
}

TEST(Loopback, KnowsAHostByItself) {
  for (const char* host : {"localhost", "127.0.0.1", "::1", "[::1]"}) {
    EXPECT_TRUE(IsLoopbackHost(host)) << host;
  }
  for (const char* host : {"unix", "unix:", "127.example.com", "192.0.2.1", "[::]", ""}) {
    EXPECT_FALSE(IsLoopbackHost(host)) << host;
  }
}

}  // namespace
}  // namespace sallyport::process
