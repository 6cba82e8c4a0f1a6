#include "server/stores/webhook/webhook_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/client/test_certificates.h"

namespace sallyport::server {
namespace {

using testing::HasSubstr;

v1::WebhookStore Settings(const std::string& url = "https://users.example/sallyport") {
  v1::WebhookStore settings;
  settings.set_url(url);
  return settings;
}

std::string Refusal(const v1::WebhookStore& settings) {
  const auto read = ReadWebhookSettings(settings, {});
  EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument) << read.status();
  return std::string(read.status().message());
}

TEST(WebhookSettings, HaveTheDefaultsThatAreDocumented) {
  const auto read = ReadWebhookSettings(Settings(), {});
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->max_concurrent, 64u);
  EXPECT_EQ(read->timeout, absl::Seconds(5));
  EXPECT_EQ(read->breaker_failures, 5u);
  EXPECT_EQ(read->breaker_retry_after, absl::Seconds(5));
  EXPECT_EQ(read->target.connect_timeout, absl::Seconds(3));
  EXPECT_EQ(read->target.max_bytes, 256u << 10);
  EXPECT_EQ(read->bearer_token, nullptr);
}

TEST(WebhookSettings, TakeEveryKey) {
  const client::TestAuthority authority;
  const client::PemPair pair = authority.Issue("us");
  v1::WebhookStore settings = Settings();
  settings.mutable_tls()->set_ca_file(client::WriteFile("ca.pem", authority.certificate()));
  settings.mutable_tls()->set_cert_file(client::WriteFile("cert.pem", pair.certificate));
  settings.mutable_tls()->set_key_file(client::WriteFile("key.pem", pair.key));
  settings.mutable_bearer_token()->set_file(client::WriteFile("token", "abc\n"));
  settings.set_max_concurrent(3);
  settings.mutable_circuit_breaker()->set_failures(7);
  settings.mutable_circuit_breaker()->mutable_retry_after()->set_nanos(500'000'000);
  const auto read = ReadWebhookSettings(settings, {.timeout = absl::Seconds(1)});
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->target.url, settings.url());
  EXPECT_EQ(read->target.ca_file, settings.tls().ca_file());
  EXPECT_EQ(read->target.cert_file, settings.tls().cert_file());
  EXPECT_EQ(read->target.key_file, settings.tls().key_file());
  EXPECT_EQ(read->target.connect_timeout, absl::Seconds(1));
  EXPECT_EQ(read->bearer_token()->view(), "abc");
  EXPECT_EQ(read->max_concurrent, 3u);
  EXPECT_EQ(read->breaker_failures, 7u);
  EXPECT_EQ(read->breaker_retry_after, absl::Milliseconds(500));
}

TEST(WebhookSettings, TakeHttpOnThisMachineOnly) {
  for (const char* url : {"http://localhost/x", "http://127.0.0.1:80", "http://[::1]:8080/"}) {
    EXPECT_TRUE(ReadWebhookSettings(Settings(url), {}).ok()) << url;
  }
  for (const char* url : {"http://users.example/", "http://10.0.0.1/", "http://localhost.example/",
                          "http://localhost@users.example/"}) {
    EXPECT_THAT(Refusal(Settings(url)), HasSubstr("webhook: 'url': ")) << url;
  }
  for (const char* url : {"", "users.example", "ftp://users.example/", "file:///etc/passwd",
                          "https://name:word@users.example/"}) {
    EXPECT_THAT(Refusal(Settings(url)), HasSubstr("webhook: 'url': ")) << url;
  }
}

TEST(WebhookSettings, SendNoPasswordToWhomTheyDoNotCheck) {
  v1::WebhookStore settings = Settings();
  settings.mutable_tls()->set_insecure_skip_verify(true);
  EXPECT_TRUE(ReadWebhookSettings(settings, {}).ok());
  settings.set_passwords(v1::WEBHOOK_PASSWORDS_SEND);
  EXPECT_THAT(Refusal(settings), HasSubstr("insecure_skip_verify"));
  settings.set_url("https://localhost/");
  EXPECT_TRUE(ReadWebhookSettings(settings, {}).ok());
}

TEST(WebhookSettings, NameTheTlsFileThatCannotBeUsed) {
  const client::TestAuthority authority;
  const client::PemPair pair = authority.Issue("us");
  const std::string cert = client::WriteFile("cert.pem", pair.certificate);
  const std::string other_key = client::WriteFile("other_key.pem", authority.Issue("them").key);
  const std::string garbage = client::WriteFile("garbage.pem", "garbage");
  const auto refusal = [](const std::string& ca, const std::string& cert, const std::string& key) {
    v1::WebhookStore settings = Settings();
    settings.mutable_tls()->set_ca_file(ca);
    settings.mutable_tls()->set_cert_file(cert);
    settings.mutable_tls()->set_key_file(key);
    return Refusal(settings);
  };
  EXPECT_THAT(refusal("/nonexistent/ca.pem", "", ""), HasSubstr("/nonexistent/ca.pem"));
  EXPECT_THAT(refusal(garbage, "", ""), HasSubstr(garbage));
  EXPECT_THAT(refusal("", garbage, other_key), HasSubstr(garbage));
  EXPECT_THAT(refusal("", cert, "/nonexistent/key.pem"), HasSubstr("/nonexistent/key.pem"));
  EXPECT_THAT(refusal("", cert, other_key), HasSubstr(other_key));
  EXPECT_THAT(refusal("", cert, ""), HasSubstr("'key_file'"));
}

TEST(WebhookSettings, RefuseATokenThatCannotBeSent) {
  v1::WebhookStore settings = Settings();
  settings.mutable_bearer_token()->set_file("/nonexistent/token");
  EXPECT_THAT(Refusal(settings), HasSubstr("/nonexistent/token"));
  for (const char* token : {"", "\n", "two\nlines\n", "a b", "a\r\nX-Injected: y", "a\n\n"}) {
    settings.mutable_bearer_token()->set_file(client::WriteFile("token", token));
    EXPECT_THAT(Refusal(settings), HasSubstr("webhook: 'bearer_token': ")) << token;
  }
}

TEST(WebhookSettings, RefuseWhatIsOutOfRange) {
  v1::WebhookStore settings = Settings();
  settings.set_max_concurrent(100'000);
  EXPECT_THAT(Refusal(settings), HasSubstr("'max_concurrent'"));
  settings = Settings();
  settings.mutable_circuit_breaker()->mutable_retry_after()->set_seconds(-1);
  EXPECT_THAT(Refusal(settings), HasSubstr("'circuit_breaker.retry_after'"));
}

}  // namespace
}  // namespace sallyport::server
