#include "audit/audit_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "audit/audit_reader.h"
#include "tests/audit/audit_sample.h"

namespace sallyport::audit {
namespace {

using nlohmann::json;
using testing::HasSubstr;

std::string LineOf(const AuditEvent& event) {
  std::string line;
  AppendAuditLine(event, &line);
  EXPECT_TRUE(line.ends_with("}\n"));
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  line.pop_back();
  return line;
}

TEST(AuditLine, HasEveryFieldOfALogin) {
  EXPECT_EQ(LineOf(FullLogin()),
            R"({"time":"2023-11-14T22:13:20.123456Z","kind":"login",)"
            R"("handshake_id":"87bc2377f59a730c-1a","outcome":"auth",)"
            R"("reason":"authzid_not_allowed","detail":"alice may not act as queue-admin",)"
            R"("tenant":"acme","listener":"amqps","broker":"brokers",)"
            R"("remote_address":"192.0.2.7:41234","encrypted":true,)"
            R"("server_name":"amqp.acme.example","hostname":"acme.example",)"
            R"("mechanism":"SCRAM-SHA-256-PLUS","authentication_id":"alice",)"
            R"("authorization_id":"queue-admin","store":"corp","channel_bound":true,)"
            R"("resumed":true,"policy_version":"42","policy_hash":"e3b0c44298fc1c14",)"
            R"("duration_us":1234,"truncated":true})");
}

TEST(AuditLine, HasEveryFieldOfAChange) {
  const ChangeRecord change = {.time = absl::FromUnixMicros(1'700'000'000'000'000),
                               .actor = "uid 0",
                               .action = AuditAction::kPasswordSet,
                               .store = "corp",
                               .tenant = "acme",
                               .user = "alice",
                               .policy_version = "42",
                               .policy_hash = "e3b0",
                               .outcome = ChangeOutcome::kRefused,
                               .detail = "no such user"};
  EXPECT_EQ(LineOf(change),
            R"({"time":"2023-11-14T22:13:20.000000Z","kind":"change","actor":"uid 0",)"
            R"("action":"password_set","outcome":"refused","detail":"no such user",)"
            R"("store":"corp","tenant":"acme","user":"alice","policy_version":"42",)"
            R"("policy_hash":"e3b0","truncated":false})");
}

TEST(AuditLine, LeavesOutWhatIsEmpty) {
  EXPECT_EQ(LineOf(LoginRecord{.time = absl::UnixEpoch(), .outcome = amqp::SaslCode::kOk}),
            R"({"time":"1970-01-01T00:00:00.000000Z","kind":"login","outcome":"ok",)"
            R"("encrypted":false,"channel_bound":false,"resumed":false,"duration_us":0,)"
            R"("truncated":false})");
}

TEST(AuditLine, NamesEveryValueOfEachEnum) {
  for (const auto& [code, name] :
       {std::pair(amqp::SaslCode::kOk, "ok"), std::pair(amqp::SaslCode::kAuth, "auth"),
        std::pair(amqp::SaslCode::kSys, "sys"), std::pair(amqp::SaslCode::kSysPerm, "sys-perm"),
        std::pair(amqp::SaslCode::kSysTemp, "sys-temp")}) {
    EXPECT_EQ(json::parse(LineOf(LoginRecord{.outcome = code}))["outcome"], name);
  }
  for (const auto& [action, name] : {std::pair(AuditAction::kUserAdded, "user_added"),
                                     std::pair(AuditAction::kUserDeleted, "user_deleted"),
                                     std::pair(AuditAction::kUserEnabled, "user_enabled"),
                                     std::pair(AuditAction::kUserDisabled, "user_disabled"),
                                     std::pair(AuditAction::kUserChanged, "user_changed"),
                                     std::pair(AuditAction::kPasswordSet, "password_set"),
                                     std::pair(AuditAction::kPolicyLoaded, "policy_loaded"),
                                     std::pair(AuditAction::kPolicyRefused, "policy_refused"),
                                     std::pair(AuditAction::kUserImported, "user_imported")}) {
    EXPECT_EQ(json::parse(LineOf(ChangeRecord{.action = action}))["action"], name);
  }
  for (const auto& [outcome, name] :
       {std::pair(ChangeOutcome::kDone, "done"), std::pair(ChangeOutcome::kRefused, "refused"),
        std::pair(ChangeOutcome::kFailed, "failed")}) {
    EXPECT_EQ(json::parse(LineOf(ChangeRecord{.outcome = outcome}))["outcome"], name);
  }
}

TEST(AuditLine, IsOneLineOfAsciiWhateverAClientSends) {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte.push_back(static_cast<char>(byte));
  for (const std::string& evil :
       {every_byte, std::string("\",\"outcome\":\"ok\",\"x\":\""), std::string("a\nb\r\n{}"),
        std::string("\x1b[2J\x7f"), std::string("\xf0\x9f\x98"), std::string("\xed\xa0\x80"),
        std::string("\xe2\x80\xa8"), std::string(3, '\0')}) {
    LoginRecord record = FullLogin();
    record.hostname = record.authentication_id = record.mechanism = evil;
    const std::string line = LineOf(record);
    EXPECT_TRUE(std::all_of(line.begin(), line.end(), [](char c) { return c >= 0x20 && c < 0x7f; }))
        << line;
    const json parsed = json::parse(line);
    EXPECT_EQ(parsed["outcome"], "auth");
    EXPECT_EQ(parsed.size(), json::parse(LineOf(FullLogin())).size());
  }
  LoginRecord record = FullLogin();
  record.authentication_id = "j\xc3\xbcrgen\xff\n";
  EXPECT_EQ(json::parse(LineOf(record))["authentication_id"], "j\xc3\xbcrgen\xef\xbf\xbd\n");
}

TEST(AuditLine, IsReadBackInEveryField) {
  for (const LoginRecord& login : {FullLogin(), LoginRecord{.time = absl::UnixEpoch()}}) {
    const auto read = ReadAuditLine(LineOf(login));
    ASSERT_TRUE(read.ok()) << read.status();
    ASSERT_TRUE(read->has_value());
    const LoginRecord& back = **read;
    EXPECT_EQ(back.time, login.time);
    EXPECT_EQ(back.handshake_id, login.handshake_id);
    EXPECT_EQ(back.tenant, login.tenant);
    EXPECT_EQ(back.listener, login.listener);
    EXPECT_EQ(back.broker, login.broker);
    EXPECT_EQ(back.remote_address, login.remote_address);
    EXPECT_EQ(back.encrypted, login.encrypted);
    EXPECT_EQ(back.server_name, login.server_name);
    EXPECT_EQ(back.hostname, login.hostname);
    EXPECT_EQ(back.mechanism, login.mechanism);
    EXPECT_EQ(back.authentication_id, login.authentication_id);
    EXPECT_EQ(back.authorization_id, login.authorization_id);
    EXPECT_EQ(back.store, login.store);
    EXPECT_EQ(back.outcome, login.outcome);
    EXPECT_EQ(back.reason, login.reason);
    EXPECT_EQ(back.detail, login.detail);
    EXPECT_EQ(back.channel_bound, login.channel_bound);
    EXPECT_EQ(back.resumed, login.resumed);
    ASSERT_EQ(back.policy == nullptr, login.policy == nullptr);
    if (login.policy != nullptr) {
      EXPECT_EQ(back.policy->version, login.policy->version);
      EXPECT_EQ(back.policy->hash, login.policy->hash);
    }
    EXPECT_EQ(back.duration, login.duration);
    EXPECT_EQ(back.truncated, login.truncated);
    EXPECT_EQ(LineOf(back), LineOf(login));
  }
}

TEST(AuditLine, IsReadBackWithEveryReasonAndOutcome) {
  int reasons = 0;
  for (int number = 1; number < 256; ++number) {
    const auto reason = static_cast<FailureReason>(number);
    if (ReasonName(reason) == "unlisted") continue;
    ++reasons;
    const auto read = ReadAuditLine(LineOf(LoginRecord{.reason = reason}));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ((*read)->reason, reason);
  }
  EXPECT_GT(reasons, 30);
  for (int code = 0; code < 5; ++code) {
    const auto outcome = static_cast<amqp::SaslCode>(code);
    EXPECT_EQ((*ReadAuditLine(LineOf(LoginRecord{.outcome = outcome})))->outcome, outcome);
  }
}

TEST(AuditReader, SkipsWhatIsNoLogin) {
  const auto read = ReadAuditLine(LineOf(ChangeRecord{.user = "alice"}));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_FALSE(read->has_value());
  EXPECT_FALSE((*ReadAuditLine(R"({"time":"x","kind":"later"})")).has_value());
}

TEST(AuditReader, RefusesALineThatSaysNoSuchThing) {
  const std::string login = R"({"time":"2023-11-14T22:13:20Z","kind":"login")";
  EXPECT_TRUE(ReadAuditLine(login + R"(,"outcome":"ok","later":[1]})").ok());
  for (const std::string& line :
       {std::string(), std::string("{}"), std::string("[]"), login, login + "}",
        login + R"(,"outcome":"okay"})", login + R"(,"outcome":0})",
        login + R"(,"outcome":"ok","encrypted":1})", login + R"(,"outcome":"ok","tenant":7})",
        login + R"(,"outcome":"auth","reason":"unlisted"})",
        login + R"(,"outcome":"auth","reason":"nonsense"})",
        login + R"(,"outcome":"ok","duration_us":1.5})",
        std::string(R"({"time":"yesterday","kind":"login","outcome":"ok"})"),
        std::string(R"({"kind":"login","outcome":"ok"})")}) {
    EXPECT_EQ(ReadAuditLine(line).status().code(), absl::StatusCode::kInvalidArgument) << line;
  }
}

TEST(AuditReader, NamesTheLineThatItCannotReadAndGoesOn) {
  std::istringstream log(LineOf(LoginOf("first")) + "\n" + LineOf(ChangeRecord{}) + "\ngarbage\n" +
                         LineOf(LoginOf("second")) + "\n" + LineOf(LoginOf("cut")).substr(0, 80));
  AuditReader reader(log);
  EXPECT_EQ((**reader.Next()).handshake_id, "first");
  EXPECT_THAT(std::string(reader.Next().status().message()), HasSubstr("line 3: "));
  EXPECT_EQ((**reader.Next()).handshake_id, "second");
  EXPECT_THAT(std::string(reader.Next().status().message()), HasSubstr("line 5: "));
  EXPECT_FALSE((*reader.Next()).has_value());
}

TEST(AuditEvent, CutsLongTextsAndSaysSo) {
  AuditEvent event = LoginRecord{.hostname = std::string(kMaxAuditText, 'h'),
                                 .authentication_id = std::string(kMaxAuditText + 1, 'a')};
  BoundTexts(&event);
  const auto& login = std::get<LoginRecord>(event);
  EXPECT_EQ(login.hostname, std::string(kMaxAuditText, 'h'));
  EXPECT_EQ(login.authentication_id, std::string(kMaxAuditText, 'a'));
  EXPECT_TRUE(login.truncated);

  AuditEvent change = ChangeRecord{.user = std::string(1 << 20, 'u')};
  BoundTexts(&change);
  EXPECT_LE(std::get<ChangeRecord>(change).user.capacity(), 2 * kMaxAuditText);
  EXPECT_TRUE(std::get<ChangeRecord>(change).truncated);

  const auto policy = std::make_shared<const PolicyStamp>(
      PolicyStamp{.version = std::string(kMaxAuditText + 1, 'v'), .hash = "e3b0"});
  AuditEvent named = LoginRecord{.policy = policy};
  BoundTexts(&named);
  EXPECT_EQ(std::get<LoginRecord>(named).policy->version, std::string(kMaxAuditText, 'v'));
  EXPECT_EQ(std::get<LoginRecord>(named).policy->hash, "e3b0");
  EXPECT_TRUE(std::get<LoginRecord>(named).truncated);
  EXPECT_EQ(policy->version.size(), kMaxAuditText + 1) << "others share it";

  AuditEvent small = LoginRecord{.hostname = "h"};
  BoundTexts(&small);
  EXPECT_FALSE(std::get<LoginRecord>(small).truncated);
}

}  // namespace
}  // namespace sallyport::audit
