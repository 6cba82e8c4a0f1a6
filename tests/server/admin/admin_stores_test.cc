// Stores as an operator sees them, also those that do not answer.

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "core/credentials/new_credential.h"
#include "core/credentials/password_verifier.h"
#include "core/crypto/random_source.h"
#include "tests/server/admin/served_directory.h"

namespace sallyport::server {
namespace {

// Answers nothing before it ends.
class SilentBackend : public StoreBackend {
 public:
  explicit SilentBackend(absl::Notification& asked) : asked_(asked) {}
  ~SilentBackend() override {
    for (LookupDone& done : lookups_) std::move(done)(absl::UnavailableError("ending"));
    for (auto& done : pings_) std::move(done)(absl::UnavailableError("ending"));
  }

  void Read(const UserKey&, LookupDone done) override {
    absl::MutexLock lock(&mutex_);
    lookups_.push_back(std::move(done));
  }
  void Ping(absl::AnyInvocable<void(absl::Status) &&> done) override {
    {
      absl::MutexLock lock(&mutex_);
      pings_.push_back(std::move(done));
    }
    asked_.Notify();
  }

 private:
  absl::Notification& asked_;
  absl::Mutex mutex_;
  std::vector<LookupDone> lookups_;
  std::vector<absl::AnyInvocable<void(absl::Status) &&>> pings_;
};

// Says that it cannot be asked, and knows alice, whose password it keeps to itself.
class BrokenBackend : public StoreBackend {
 public:
  void Read(const UserKey& user, LookupDone done) override {
    if (user.name != "alice") return std::move(done)(absl::UnavailableError("no route to host"));
    auto account = std::make_shared<Account>();
    account->password_verifier = std::make_shared<Verifier>();
    std::move(done)(std::shared_ptr<const Account>(std::move(account)));
  }
  void Ping(absl::AnyInvocable<void(absl::Status) &&> done) override {
    std::move(done)(absl::UnavailableError("no route to host"));
  }

 private:
  class Verifier : public PasswordVerifier {
   public:
    void Verify(const Secret&, Done done) const override {
      std::move(done)(PasswordAnswer::kUnavailable);
    }
  };
};

class AdminStoresTest : public testing::Test {
 protected:
  absl::StatusOr<std::shared_ptr<CredentialStore>> Open(const v1::Store& store) {
    return CredentialStore::Create(
        {.name = store.name(), .timeout = absl::Milliseconds(50)},
        [&](StoreChanges&) -> absl::StatusOr<std::unique_ptr<StoreBackend>> {
          if (store.name() == "broken") return std::make_unique<BrokenBackend>();
          return std::make_unique<SilentBackend>(asked_);
        });
  }
  grpc::Status Ping(const std::string& store) {
    v1::PingStoreRequest request;
    request.set_name(store);
    grpc::ClientContext context;
    pinged_.Clear();
    return stub_->PingStore(&context, request, &pinged_);
  }
  grpc::Status LookUp(const std::string& store, const std::string& name,
                      const std::string& tenant = "") {
    v1::LookUpUserRequest request;
    request.set_store(store);
    request.set_name(name);
    request.set_tenant(tenant);
    grpc::ClientContext context;
    found_.Clear();
    return stub_->LookUpUser(&context, request, &found_);
  }

  absl::Notification asked_;
  ServedDirectory served_{{.stores = "  - {name: silent, file: {path: /x}}\n"
                                     "  - {name: broken, file: {path: /y}}\n",
                           .open_other = [this](const v1::Store& store) { return Open(store); }}};
  std::unique_ptr<v1::Admin::Stub> stub_ = served_.Stub();
  v1::PingStoreResponse pinged_;
  v1::LookUpUserResponse found_;
};

TEST_F(AdminStoresTest, AreListedInThePolicysOrder) {
  served_.AddStore("tenants", true);
  ASSERT_TRUE(LookUp("main", "alice").ok());
  grpc::ClientContext context;
  v1::ListStoresResponse response;
  ASSERT_TRUE(stub_->ListStores(&context, {}, &response).ok());
  ASSERT_EQ(response.stores_size(), 4);
  const v1::StoreStatus& main = response.stores(0);
  EXPECT_EQ(main.name(), "main");
  EXPECT_EQ(main.kind(), "sqlite");
  EXPECT_TRUE(main.writable());
  EXPECT_FALSE(main.per_tenant());
  EXPECT_EQ(main.misses(), 1u);
  EXPECT_EQ(main.cached(), 1u);
  EXPECT_EQ(response.stores(1).name(), "silent");
  EXPECT_EQ(response.stores(1).kind(), "file");
  EXPECT_FALSE(response.stores(1).writable());
  EXPECT_EQ(response.stores(3).name(), "tenants");
  EXPECT_TRUE(response.stores(3).per_tenant());
}

TEST_F(AdminStoresTest, ArePinged) {
  ASSERT_TRUE(Ping("main").ok());
  EXPECT_EQ(pinged_.error(), "");
  EXPECT_GT(pinged_.duration().nanos(), 0);
  ASSERT_TRUE(Ping("broken").ok());
  EXPECT_EQ(pinged_.error(), "no route to host");
  EXPECT_EQ(Ping("other").error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Ping("").error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(AdminStoresTest, DoNotHoldUpTheEndWhenTheyAreSilent) {
  grpc::Status status;
  std::thread caller([&] { status = Ping("silent"); });
  asked_.WaitForNotification();
  served_.Stop();
  caller.join();
  EXPECT_FALSE(status.ok());
}

TEST_F(AdminStoresTest, TellOfAUserWhatALoginIsToldWithoutSecrets) {
  auto credential = NewCredential("SCRAM-SHA-256", "pencil", {}, SystemRandom());
  ASSERT_TRUE(credential.ok());
  const absl::Time expiry = absl::FromUnixSeconds(4'000'000'000);
  ASSERT_TRUE(served_.users()
                  .AddUser({.key = {"", "IX"},
                            .groups = {"operators"},
                            .attributes = {{"team", "red"}},
                            .expires_at = expiry,
                            .disabled = true,
                            .credentials = {*credential}})
                  .ok());
  // As a client may present the name (RFC 4013 section 3).
  ASSERT_TRUE(LookUp("main", "\xe2\x85\xa8").ok());
  EXPECT_TRUE(found_.found());
  EXPECT_TRUE(found_.disabled());
  EXPECT_EQ(found_.expires_at().seconds(), 4'000'000'000);
  EXPECT_EQ(found_.groups(0), "operators");
  EXPECT_EQ(found_.attributes().at("team"), "red");
  ASSERT_EQ(found_.credentials_size(), 1);
  EXPECT_EQ(found_.credentials(0).scheme(), "SCRAM-SHA-256");
  EXPECT_EQ(found_.credentials(0).iterations(), 4096u);
  EXPECT_TRUE(found_.credentials(0).has_created_at());
  EXPECT_FALSE(found_.checks_passwords());
  const auto& keys = std::get<ScramKeys>(*credential);
  const std::string bytes = found_.SerializeAsString();
  for (std::string_view secret :
       {std::string_view(keys.salt), keys.stored_key.view(), keys.server_key.view()}) {
    EXPECT_EQ(bytes.find(secret), std::string::npos);
  }
}

TEST_F(AdminStoresTest, SayThatTheyDoNotKnowAUser) {
  ASSERT_TRUE(LookUp("main", "nobody").ok());
  EXPECT_FALSE(found_.found());
  EXPECT_EQ(found_.ByteSizeLong(), 0u);
}

TEST_F(AdminStoresTest, SayThatTheyCheckPasswordsThemselves) {
  ASSERT_TRUE(LookUp("broken", "alice").ok());
  EXPECT_TRUE(found_.found());
  EXPECT_TRUE(found_.checks_passwords());
  EXPECT_EQ(found_.credentials_size(), 0);
}

TEST_F(AdminStoresTest, TakeNoLongerThanALoginMayWait) {
  EXPECT_EQ(LookUp("silent", "alice").error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(LookUp("broken", "bob").error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(AdminStoresTest, MustBeNamed) {
  served_.AddStore("tenants", true);
  EXPECT_EQ(LookUp("", "alice").error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(LookUp("other", "alice").error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(LookUp("main", "").error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(LookUp("main", "alice", "blue").error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(LookUp("tenants", "alice").error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(LookUp("tenants", "alice", "blue").ok());
}

}  // namespace
}  // namespace sallyport::server
