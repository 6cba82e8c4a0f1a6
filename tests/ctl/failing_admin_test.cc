// sallyportctl, where the Admin service fails as it does under load and on the way down.

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "sallyport/v1/admin.grpc.pb.h"
#include "tests/ctl/run_sallyportctl.h"

namespace sallyport::ctl {
namespace {

using grpc::StatusCode;
using testing::ElementsAre;
using testing::HasSubstr;

// Answers imports with what it is given, and then with success.
class FailingAdmin final : public v1::Admin::Service {
 public:
  void FailWith(std::deque<StatusCode> failures) {
    absl::MutexLock lock(&mutex_);
    failures_ = std::move(failures);
  }
  std::vector<std::string> imported() {
    absl::MutexLock lock(&mutex_);
    return imported_;
  }

  grpc::Status ListUsers(grpc::ServerContext*, const v1::ListUsersRequest*,
                         v1::ListUsersResponse*) override {
    return grpc::Status::OK;
  }
  grpc::Status ImportUser(grpc::ServerContext*, const v1::ImportUserRequest* request,
                          v1::ImportUserResponse* response) override {
    absl::MutexLock lock(&mutex_);
    if (!failures_.empty()) {
      const StatusCode code = failures_.front();
      if (failures_.size() > 1) failures_.pop_front();
      if (code != StatusCode::OK) return {code, "told so"};
      failures_.clear();
    }
    imported_.push_back(request->name());
    response->set_result(v1::IMPORT_RESULT_ADDED);
    return grpc::Status::OK;
  }

 private:
  absl::Mutex mutex_;
  // The last one stays, unless it is OK.
  std::deque<StatusCode> failures_;
  std::vector<std::string> imported_;
};

class FailingAdminTest : public testing::Test {
 protected:
  FailingAdminTest() {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("unix:" + Socket(), grpc::InsecureServerCredentials());
    builder.RegisterService(&admin_);
    server_ = builder.BuildAndStart();
    EXPECT_NE(server_, nullptr);
  }
  ~FailingAdminTest() override {
    server_->Shutdown();
    std::filesystem::remove_all(folder_);
  }

  std::string Socket() const { return folder_ + "/admin.sock"; }
  std::string Write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ + "/" + name) << content;
    return folder_ + "/" + name;
  }
  Finished Import(const std::string& kind, const std::string& content,
                  const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"import", kind, Write("users", content), "--socket",
                                          Socket()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunSallyportctl(arguments);
  }

  // Not TEST_TMPDIR: a socket's path may have 107 bytes.
  std::string folder_ = "/tmp/sallyportXXXXXX";
  FailingAdmin admin_;
  std::unique_ptr<grpc::Server> server_;
};

constexpr char kTwoUsers[] = "alice:{CLEARTEXT}pencil\nbob:{CLEARTEXT}eraser\n";

TEST_F(FailingAdminTest, ImportWaitsForAServiceThatIsBusyOrAway) {
  admin_.FailWith({StatusCode::RESOURCE_EXHAUSTED, StatusCode::UNAVAILABLE, StatusCode::ABORTED,
                   StatusCode::OK});
  const Finished finished = Import("htpasswd", kTwoUsers);
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("2 added, 0 replaced, 0 skipped, 0 failed"));
  EXPECT_THAT(admin_.imported(), ElementsAre("alice", "bob"));
}

TEST_F(FailingAdminTest, ImportStopsWhereTheServiceStaysBusy) {
  admin_.FailWith({StatusCode::RESOURCE_EXHAUSTED});
  const Finished finished = Import("htpasswd", kTwoUsers);
  EXPECT_EQ(finished.exit_code, 4) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("0 failed, 2 left"));
}

TEST_F(FailingAdminTest, ImportSaysWhereAnAnswerThatWasLostMayBeWhyAUserExists) {
  admin_.FailWith({StatusCode::UNAVAILABLE, StatusCode::ALREADY_EXISTS});
  const Finished finished = Import("htpasswd", "alice:{CLEARTEXT}pencil\n");
  EXPECT_EQ(finished.exit_code, 5) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("told so; perhaps since this import"));
}

TEST_F(FailingAdminTest, ImportGoesOnAfterAUserWhoIsTooLarge) {
  std::string file = "dn: uid=a,dc=x\nuid: alice\nuserPassword: pencil\n";
  std::vector<std::string> options;
  for (int i = 0; i < 100; ++i) {
    file += absl::StrCat("a", i, ": ", std::string(1000, 'x'), "\n");
    options.insert(options.end(), {"--attribute", absl::StrCat("a", i)});
  }
  const Finished finished =
      Import("ldif", file + "\ndn: uid=b,dc=x\nuid: bob\nuserPassword: eraser\n", options);
  EXPECT_EQ(finished.exit_code, 5) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("user 'alice': all that is to be stored"));
  EXPECT_THAT(finished.out, HasSubstr("1 added, 0 replaced, 0 skipped, 1 failed"));
  EXPECT_THAT(admin_.imported(), ElementsAre("bob"));
}

// Where 1 says that policies differ.
TEST_F(FailingAdminTest, DiffTellsAFailureFromADifference) {
  const std::string policy = Write("policy.yaml", "rules: {mechanisms: [ANONYMOUS]}\n");
  const std::string other = Write(
      "other.yaml", "rules: {mechanisms: [ANONYMOUS], act_as: [{users: [a], as_users: [b]}]}\n");
  EXPECT_EQ(RunSallyportctl({"policy", "diff", policy, policy}).exit_code, 0);
  EXPECT_EQ(RunSallyportctl({"policy", "diff", policy, other}).exit_code, 1);
  // This service does not know the call.
  EXPECT_EQ(RunSallyportctl({"policy", "diff", policy, "--socket", Socket()}).exit_code, 8);
  for (const std::string& second : {policy, other}) {
    EXPECT_EQ(RunProgram("/bin/sh",
                         {"-c", "exec \"$0\" policy diff \"$1\" \"$2\" --output json > /dev/full",
                          Binary(), policy, second})
                  .exit_code,
              8);
  }
}

}  // namespace
}  // namespace sallyport::ctl
