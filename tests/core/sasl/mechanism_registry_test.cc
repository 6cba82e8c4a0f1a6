#include "core/sasl/mechanism_registry.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace sallyport {
namespace {

TEST(MechanismRegistry, ListsTheStrongestFirst) {
  std::vector<std::string> names;
  for (const MechanismDescriptor& mechanism : Mechanisms()) names.emplace_back(mechanism.name);
  EXPECT_EQ(names, (std::vector<std::string>{"SCRAM-SHA-512-PLUS", "SCRAM-SHA-256-PLUS",
                                             "SCRAM-SHA-1-PLUS", "SCRAM-SHA-512", "SCRAM-SHA-256",
                                             "SCRAM-SHA-1", "GSSAPI", "EXTERNAL", "OAUTHBEARER",
                                             "XOAUTH2", "PLAIN", "ANONYMOUS"}));
}

TEST(MechanismRegistry, FindsExactNamesOnly) {
  for (const MechanismDescriptor& mechanism : Mechanisms()) {
    EXPECT_EQ(FindMechanism(mechanism.name), &mechanism);
  }
  EXPECT_EQ(FindMechanism("plain"), nullptr);
  EXPECT_EQ(FindMechanism("PLAIN "), nullptr);
  EXPECT_EQ(FindMechanism("SCRAM-SHA-256-PLU"), nullptr);
  EXPECT_EQ(FindMechanism(""), nullptr);
}

TEST(MechanismRegistry, NamesAreLegal) {
  for (const MechanismDescriptor& mechanism : Mechanisms()) {
    EXPECT_GE(mechanism.name.size(), 1u);
    EXPECT_LE(mechanism.name.size(), 20u);
    EXPECT_TRUE(std::all_of(mechanism.name.begin(), mechanism.name.end(), [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    })) << mechanism.name;
  }
}

TEST(MechanismRegistry, DescriptorsSayWhatPolicyMustKnow) {
  for (const MechanismDescriptor& mechanism : Mechanisms()) {
    const std::string name(mechanism.name);
    const bool scram = name.starts_with("SCRAM-");
    EXPECT_EQ(mechanism.client_first, ClientFirst::kRequired) << name;
    EXPECT_EQ(mechanism.server_sends_final_data, scram) << name;
    EXPECT_EQ(mechanism.channel_binding, name.ends_with("-PLUS")) << name;
    const bool oauth = name == "OAUTHBEARER" || name == "XOAUTH2";
    EXPECT_EQ(mechanism.supports_authzid, name != "ANONYMOUS" && name != "XOAUTH2") << name;
    EXPECT_EQ(mechanism.exposes_secret, name == "PLAIN" || oauth) << name;
    EXPECT_EQ(mechanism.needs_token, oauth) << name;
    EXPECT_EQ(mechanism.needs_password, scram || name == "PLAIN") << name;
    EXPECT_EQ(mechanism.needs_certificate, name == "EXTERNAL") << name;
    EXPECT_EQ(mechanism.opt_in, name == "ANONYMOUS" || name == "GSSAPI") << name;
    EXPECT_EQ(mechanism.mutual, scram || name == "GSSAPI") << name;
    EXPECT_EQ(mechanism.large_tokens, name == "GSSAPI") << name;
    EXPECT_EQ(mechanism.absent_is_empty, name == "ANONYMOUS" || name == "EXTERNAL") << name;
  }
}

}  // namespace
}  // namespace sallyport
