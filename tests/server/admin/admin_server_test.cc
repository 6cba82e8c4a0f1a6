#include "server/admin/admin_server.h"

#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <string>

#include "core/credentials/key_derivation.h"
#include "process/unix_socket.h"
#include "sallyport/v1/admin.grpc.pb.h"
#include "tests/server/admin/served_directory.h"
#include "tests/server/stores/wait_for_lookup.h"

namespace sallyport::server {
namespace {

mode_t ModeOf(const std::string& path) {
  struct stat info {};
  EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 0777;
}

// Leaves a socket on which nobody listens.
void MakeStaleSocket(const std::string& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  std::memcpy(address.sun_path, path.data(), path.size());
  ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  close(fd);
}

class AdminServerTest : public testing::Test {
 protected:
  static std::unique_ptr<v1::Admin::Stub> Stub(const std::string& socket_path) {
    return v1::Admin::NewStub(grpc::CreateChannel(*process::UnixSocketTarget(socket_path),
                                                  grpc::InsecureChannelCredentials()));
  }

  grpc::Status Add(const v1::AddUserRequest& request, v1::User* user) {
    grpc::ClientContext context;
    return stub_->AddUser(&context, request, user);
  }
  grpc::StatusCode AddCode(const std::string& name, const std::string& password) {
    v1::AddUserRequest request;
    request.set_name(name);
    request.set_password(password);
    v1::User user;
    return Add(request, &user).error_code();
  }
  bool Matches(const std::string& name, const std::string& password) {
    const LookupResult account = WaitForLookup(served_.store(), "", name);
    if (!account.ok() || *account == nullptr) return false;
    PasswordCheck check{Secret(password), {}};
    for (const StoredCredential& stored : (*account)->credentials) {
      check.credentials.push_back(stored.secret);
    }
    return std::get<PasswordVerdict>(Derive(check)).matches;
  }
  absl::StatusOr<std::unique_ptr<AdminServer>> Start(const std::string& socket_path) {
    return AdminServer::Start({.socket_path = socket_path}, served_.policies(), served_.audit());
  }
  absl::StatusCode StartCode(const std::string& socket_path) {
    return Start(socket_path).status().code();
  }

  ServedDirectory served_;
  std::unique_ptr<v1::Admin::Stub> stub_ = Stub(served_.socket_path());
};

TEST_F(AdminServerTest, StoresAPasswordInTheDefaultSchemes) {
  v1::AddUserRequest request;
  request.set_name("alice");
  request.set_password("pencil");
  request.add_groups("operators");
  request.mutable_expires_at()->set_seconds(4'000'000'000);
  v1::User user;
  const grpc::Status status = Add(request, &user);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(user.name(), "alice");
  EXPECT_EQ(user.groups(0), "operators");
  EXPECT_EQ(user.expires_at().seconds(), 4'000'000'000);
  ASSERT_EQ(user.credentials_size(), 2);
  EXPECT_EQ(user.credentials(0).scheme(), "SCRAM-SHA-256");
  EXPECT_EQ(user.credentials(0).iterations(), 4096u);
  EXPECT_EQ(user.credentials(1).scheme(), "SCRAM-SHA-512");
  EXPECT_TRUE(Matches("alice", "pencil"));
  EXPECT_FALSE(Matches("alice", "Pencil"));
}

TEST_F(AdminServerTest, StoresAPasswordInTheSchemesOfTheRequest) {
  v1::AddUserRequest request;
  request.set_name("alice");
  request.set_password("pencil");
  request.add_schemes("SCRAM-SHA-1");
  v1::User user;
  ASSERT_TRUE(Add(request, &user).ok());
  ASSERT_EQ(user.credentials_size(), 1);
  EXPECT_EQ(user.credentials(0).scheme(), "SCRAM-SHA-1");

  request.set_name("bob");
  request.set_schemes(0, "ROT13");
  EXPECT_EQ(Add(request, &user).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(*WaitForLookup(served_.store(), "", "bob"), nullptr);
}

TEST_F(AdminServerTest, PreparesNamesAndPasswords) {
  // U+2168, ROMAN NUMERAL NINE, and a soft hyphen (RFC 4013 section 3).
  ASSERT_EQ(AddCode("\xe2\x85\xa8", "I\xc2\xadX"), grpc::StatusCode::OK);
  EXPECT_TRUE(Matches("IX", "IX"));
  EXPECT_EQ(AddCode("IX", "pw"), grpc::StatusCode::ALREADY_EXISTS);
  grpc::ClientContext context;
  v1::GetUserRequest request;
  request.set_name("\xe2\x85\xa8");
  v1::User user;
  ASSERT_TRUE(stub_->GetUser(&context, request, &user).ok());
  EXPECT_EQ(user.name(), "IX");
}

TEST_F(AdminServerTest, RefusesWhatCannotBeStored) {
  EXPECT_EQ(AddCode("", "pw"), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(AddCode("alice", ""), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(AddCode(std::string(256, 'a'), "pw"), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(AddCode("alice", std::string(1025, 'a')), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(AddCode("a\nb", "pw"), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(AddCode("alice", "p\x07w"), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(AddCode(std::string(255, 'a'), std::string(1024, 'b')), grpc::StatusCode::OK);
}

TEST_F(AdminServerTest, RefusesGroupsAndTimesBeyondTheLimits) {
  v1::AddUserRequest request;
  request.set_name("alice");
  request.set_password("pencil");
  request.mutable_expires_at()->set_nanos(-1);
  v1::User user;
  EXPECT_EQ(Add(request, &user).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request.clear_expires_at();
  request.add_groups("");
  EXPECT_EQ(Add(request, &user).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request.clear_groups();
  for (int i = 0; i < 65; ++i) request.add_groups("g");
  EXPECT_EQ(Add(request, &user).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(AdminServerTest, ChangesAndDeletes) {
  ASSERT_EQ(AddCode("alice", "old"), grpc::StatusCode::OK);
  v1::User user;
  {
    grpc::ClientContext context;
    v1::SetPasswordRequest request;
    request.set_name("alice");
    request.set_password("new");
    ASSERT_TRUE(stub_->SetPassword(&context, request, &user).ok());
    EXPECT_FALSE(Matches("alice", "old"));
    EXPECT_TRUE(Matches("alice", "new"));
  }
  for (const bool disabled : {true, false}) {
    grpc::ClientContext context;
    v1::SetUserStateRequest request;
    request.set_name("alice");
    request.set_disabled(disabled);
    ASSERT_TRUE(stub_->SetUserState(&context, request, &user).ok());
    EXPECT_EQ(user.disabled(), disabled);
    EXPECT_EQ((*WaitForLookup(served_.store(), "", "alice"))->disabled, disabled);
  }
  v1::DeleteUserRequest request;
  request.set_name("alice");
  v1::DeleteUserResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(stub_->DeleteUser(&context, request, &response).ok());
  EXPECT_EQ(*WaitForLookup(served_.store(), "", "alice"), nullptr);
  grpc::ClientContext again;
  EXPECT_EQ(stub_->DeleteUser(&again, request, &response).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(AdminServerTest, ListsInPages) {
  for (const char* name : {"a", "b", "c"}) {
    ASSERT_TRUE(served_.users().AddUser({.key = {"", name}}).ok());
  }
  v1::ListUsersRequest request;
  request.set_page_size(2);
  v1::ListUsersResponse page;
  grpc::ClientContext first;
  ASSERT_TRUE(stub_->ListUsers(&first, request, &page).ok());
  EXPECT_EQ(page.users_size(), 2);
  request.set_page_token(page.next_page_token());
  grpc::ClientContext second;
  ASSERT_TRUE(stub_->ListUsers(&second, request, &page).ok());
  ASSERT_EQ(page.users_size(), 1);
  EXPECT_EQ(page.users(0).name(), "c");
  EXPECT_EQ(page.next_page_token(), "");
  request.set_page_size(1001);
  grpc::ClientContext third;
  EXPECT_EQ(stub_->ListUsers(&third, request, &page).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(AdminServerTest, KeepsItsSocketFromEverybodyElse) {
  EXPECT_EQ(ModeOf(served_.directory() + "/run"), 0700u);
  EXPECT_EQ(ModeOf(served_.socket_path()), 0600u);
}

TEST_F(AdminServerTest, RefusesADirectoryThatOthersCanEnter) {
  const std::string directory = served_.directory() + "/open";
  ASSERT_EQ(mkdir(directory.c_str(), 0700), 0);
  for (const mode_t mode : {0755, 0710, 0701, 0770}) {
    ASSERT_EQ(chmod(directory.c_str(), mode), 0);
    EXPECT_EQ(StartCode(directory + "/admin.sock"), absl::StatusCode::kFailedPrecondition) << mode;
  }
  ASSERT_EQ(chmod(directory.c_str(), 0700), 0);
  EXPECT_EQ(StartCode(directory + "/admin.sock"), absl::StatusCode::kOk);
}

TEST_F(AdminServerTest, RefusesALinkToADirectory) {
  const std::string link = served_.directory() + "/link";
  ASSERT_EQ(symlink(served_.directory().c_str(), link.c_str()), 0);
  EXPECT_EQ(StartCode(link + "/admin.sock"), absl::StatusCode::kFailedPrecondition);
}

TEST_F(AdminServerTest, ReplacesAStaleSocket) {
  const std::string path = served_.directory() + "/stale.sock";
  MakeStaleSocket(path);
  auto admin = Start(path);
  ASSERT_TRUE(admin.ok()) << admin.status();
  grpc::ClientContext context;
  v1::ListUsersResponse page;
  EXPECT_TRUE(Stub(path)->ListUsers(&context, {}, &page).ok());
}

TEST_F(AdminServerTest, LeavesASocketAloneThatAServerListensOn) {
  EXPECT_EQ(StartCode(served_.socket_path()), absl::StatusCode::kUnavailable);
  EXPECT_EQ(AddCode("alice", "pencil"), grpc::StatusCode::OK);
}

TEST_F(AdminServerTest, LeavesAFileAloneThatIsNoSocket) {
  const std::string path = served_.directory() + "/file";
  std::ofstream(path) << "precious";
  EXPECT_EQ(StartCode(path), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(std::filesystem::file_size(path), 8u);
}

TEST_F(AdminServerTest, RefusesAPathThatIsTooLong) {
  EXPECT_EQ(StartCode(served_.directory() + "/" + std::string(108, 'x')),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(AdminServerTest, ServesUnderAPathThatAUriWouldEscape) {
  const std::string path = served_.directory() + "/a %41?#\xc3\xa9.sock";
  auto admin = Start(path);
  ASSERT_TRUE(admin.ok()) << admin.status();
  EXPECT_TRUE(std::filesystem::is_socket(path));
  grpc::ClientContext context;
  v1::ListUsersResponse page;
  EXPECT_TRUE(Stub(path)->ListUsers(&context, {}, &page).ok());
}

TEST_F(AdminServerTest, RemovesItsSocketWhenItStops) {
  served_.Stop();
  EXPECT_FALSE(std::filesystem::exists(served_.socket_path()));
}

}  // namespace
}  // namespace sallyport::server
