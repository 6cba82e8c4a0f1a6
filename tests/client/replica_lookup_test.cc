#include "client/replica_lookup.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"

namespace sallyport::client {
namespace {

ReplicaLookup::Addresses Ask(const AuthenticatorOptions& options) {
  struct Answer {
    absl::Notification came;
    ReplicaLookup::Addresses addresses;
  };
  const auto answer = std::make_shared<Answer>();
  ReplicaLookup(options).Ask([answer](ReplicaLookup::Addresses addresses) {
    answer->addresses = std::move(addresses);
    answer->came.Notify();
  });
  answer->came.WaitForNotification();
  return answer->addresses;
}

std::vector<std::string> AddressesOf(const std::string& target) {
  const auto found = Ask({.target = target});
  EXPECT_TRUE(found.ok()) << found.status();
  return found.value_or(std::vector<std::string>());
}

std::string AuthorityOf(const std::string& target) {
  return ReplicaLookup({.target = target}).authority();
}

using Strings = std::vector<std::string>;

TEST(ReplicaLookup, TakesAListApart) {
  EXPECT_EQ(AddressesOf("ipv4:192.0.2.1:1,192.0.2.2:2"),
            (Strings{"ipv4:192.0.2.1:1", "ipv4:192.0.2.2:2"}));
  EXPECT_EQ(AddressesOf("ipv6:[2001:db8::1]:1,[2001:db8::2]:2"),
            (Strings{"ipv6:[2001:db8::1]:1", "ipv6:[2001:db8::2]:2"}));
  EXPECT_EQ(AuthorityOf("ipv4:192.0.2.1:1,192.0.2.2:2"), "");
}

TEST(ReplicaLookup, ResolvesNames) {
  for (const char* prefix : {"", "dns:", "dns:///"}) {
    EXPECT_EQ(AddressesOf(std::string(prefix) + "127.0.0.1:7450"), Strings{"ipv4:127.0.0.1:7450"});
    EXPECT_EQ(AddressesOf(std::string(prefix) + "[::1]:7450"), Strings{"ipv6:[::1]:7450"});
    const Strings local = AddressesOf(std::string(prefix) + "localhost:7450");
    EXPECT_NE(std::find(local.begin(), local.end(), "ipv4:127.0.0.1:7450"), local.end());
    EXPECT_EQ(AuthorityOf(std::string(prefix) + "localhost:7450"), "localhost:7450");
  }
}

TEST(ReplicaLookup, LeavesWhatItDoesNotKnowToGrpc) {
  for (const char* target : {"unix:/run/sallyport.sock", "unix-abstract:sallyport-1",
                             "dns://192.0.2.53/sallyport.example:7450", "sallyport.example",
                             "2001:db8::1", "xds:///sallyport:7450", ":7450"}) {
    EXPECT_EQ(AddressesOf(target), Strings{target});
    EXPECT_EQ(AuthorityOf(target), "");
  }
}

TEST(ReplicaLookup, SaysWhichNameHasNoAddress) {
  const auto found = Ask({.target = "no-such-host.invalid:7450"});
  EXPECT_EQ(found.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(found.status().message().find("no-such-host.invalid"), std::string::npos);
}

TEST(ReplicaLookup, AsksWhoeverKnowsBetterThanTheTarget) {
  Strings replicas = {"ipv4:192.0.2.1:1"};
  const AuthenticatorOptions options = {.target = "sallyport.example:7450",
                                        .find_replicas = [&replicas] { return replicas; }};
  EXPECT_EQ(*Ask(options), replicas);
  replicas.clear();
  EXPECT_EQ(Ask(options).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReplicaLookup(options).authority(), "sallyport.example:7450");
}

}  // namespace
}  // namespace sallyport::client
