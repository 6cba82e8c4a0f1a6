#include "core/sasl/failure_reason.h"

#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace sallyport {
namespace {

using amqp::SaslCode;

std::vector<FailureReason> Listed() {
  std::vector<FailureReason> listed;
  for (int number = 0; number < 256; ++number) {
    const auto reason = static_cast<FailureReason>(number);
    if (ReasonName(reason) != "unlisted") listed.push_back(reason);
  }
  return listed;
}

TEST(FailureReason, TellsThePeerWhoseFaultItIs) {
  EXPECT_EQ(CodeFor(FailureReason::kUnknownUser), SaslCode::kAuth);
  EXPECT_EQ(CodeFor(FailureReason::kBadCredentials), SaslCode::kAuth);
  EXPECT_EQ(CodeFor(FailureReason::kMalformedMessage), SaslCode::kAuth);
  EXPECT_EQ(CodeFor(FailureReason::kTenantUnknown), SaslCode::kAuth);
  EXPECT_EQ(CodeFor(FailureReason::kResumeRefused), SaslCode::kAuth);
  EXPECT_EQ(CodeFor(FailureReason::kTokenInvalid), SaslCode::kAuth);
  EXPECT_EQ(CodeFor(FailureReason::kTokenExpired), SaslCode::kAuth);
  EXPECT_EQ(CodeFor(FailureReason::kTokenNotAccepted), SaslCode::kAuth);
  EXPECT_EQ(CodeFor(FailureReason::kKerberosRefused), SaslCode::kAuth);
  EXPECT_EQ(CodeFor(FailureReason::kIdentityRefused), SaslCode::kAuth);
  EXPECT_EQ(CodeFor(FailureReason::kTimedOut), SaslCode::kSysTemp);
  EXPECT_EQ(CodeFor(FailureReason::kStoreUnavailable), SaslCode::kSysTemp);
  EXPECT_EQ(CodeFor(FailureReason::kDraining), SaslCode::kSysTemp);
  EXPECT_EQ(CodeFor(FailureReason::kNoPolicy), SaslCode::kSysPerm);
  EXPECT_EQ(CodeFor(FailureReason::kMisconfigured), SaslCode::kSysPerm);
  EXPECT_EQ(CodeFor(FailureReason::kBrokerNotAllowed), SaslCode::kSysPerm);
  EXPECT_EQ(CodeFor(FailureReason::kBrokerFault), SaslCode::kSys);
  EXPECT_EQ(CodeFor(FailureReason::kInternal), SaslCode::kSys);
}

TEST(FailureReason, KnownUsersAndUnknownOnesSoundTheSameToThePeer) {
  for (const FailureReason reason :
       {FailureReason::kUnknownUser, FailureReason::kBadCredentials,
        FailureReason::kAccountDisabled, FailureReason::kAccountExpired,
        FailureReason::kCredentialExpired, FailureReason::kNoUsableCredential,
        FailureReason::kAuthzidNotAllowed, FailureReason::kLockedOut}) {
    EXPECT_EQ(CodeFor(reason), SaslCode::kAuth) << ReasonName(reason);
  }
}

TEST(FailureReason, NeverSoundsLikeSuccess) {
  for (int number = 0; number < 256; ++number) {
    EXPECT_NE(CodeFor(static_cast<FailureReason>(number)), SaslCode::kOk) << number;
  }
}

TEST(FailureReason, EachHasANameOfItsOwnAndASentence) {
  std::set<std::string_view> names;
  for (const FailureReason reason : Listed()) {
    EXPECT_TRUE(names.insert(ReasonName(reason)).second) << ReasonName(reason);
    EXPECT_EQ(Describe(reason).back(), '.') << ReasonName(reason);
  }
  EXPECT_EQ(names.size(), 38u);
  EXPECT_EQ(ReasonName(FailureReason::kBadCredentials), "bad_credentials");
}

}  // namespace
}  // namespace sallyport
