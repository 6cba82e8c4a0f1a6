#include "tests/server/stores/postgresql/postgresql_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/stores/postgresql/pq_handles.h"

namespace sallyport::server {
namespace {

constexpr char kPrograms[] = "/usr/lib/postgresql/15/bin/";
constexpr char kReady[] = "database system is ready to accept connections";
constexpr int kAttempts = 10;

constexpr char kAccess[] =
    "local all all trust\n"
    "hostnossl all all 127.0.0.1/32 scram-sha-256\n"
    "hostssl all all 127.0.0.1/32 scram-sha-256\n";

const ProgramEnvironment& Environment() {
  static const ProgramEnvironment environment = {{"PATH", "/usr/bin:/bin"}, {"LC_ALL", "C"}};
  return environment;
}

// PostgreSQL takes no port of the system's choice. Where somebody else is faster it does not
// start, and another is tried.
int FreePort() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  EXPECT_EQ(bind(socket, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), 0);
  close(socket);
  return ntohs(address.sin_port);
}

// It refuses to run as root. A user namespace also works where only one user is mapped, as in a
// build's sandbox; where there are none, there is the user "postgres".
bool CanMapUser() {
  static const bool can =
      RunProgram({"/usr/bin/unshare", "--user", "--map-user=1000", "--map-group=1000", "/bin/true"},
                 Environment())
          .ok();
  return can;
}

}  // namespace

PostgresqlServer::PostgresqlServer() {
  // Not in the test's own folder: a Unix socket's path must be short.
  std::string folder = "/tmp/postgresql.XXXXXX";
  EXPECT_NE(mkdtemp(folder.data()), nullptr);
  folder_ = folder;
  GiveAway(folder_);
  Initialize();
  Start();
  QueryIn("postgres", "CREATE ROLE sallyport LOGIN PASSWORD 'sesame'");
  QueryIn("postgres", "CREATE DATABASE sallyport OWNER sallyport TEMPLATE template0");
}

PostgresqlServer::~PostgresqlServer() {
  Stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

PostgresqlServer& PostgresqlServer::Shared() {
  static PostgresqlServer server;
  return server;
}

std::vector<std::string> PostgresqlServer::AsUser(std::vector<std::string> command) const {
  std::vector<std::string> words;
  if (geteuid() == 0 && CanMapUser()) {
    words = {"/usr/bin/unshare", "--user", "--map-user=1000", "--map-group=1000"};
  }
  words.insert(words.end(), {"/usr/bin/setpriv", "--pdeathsig", "KILL"});
  if (geteuid() == 0 && !CanMapUser()) {
    words.insert(words.end(), {"--reuid=postgres", "--regid=postgres", "--clear-groups"});
  }
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

void PostgresqlServer::Initialize() {
  const absl::Status status =
      RunProgram(AsUser({absl::StrCat(kPrograms, "initdb"), "-D", folder_ + "/data", "-U",
                         "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"}),
                 Environment());
  ASSERT_TRUE(status.ok()) << status;
  std::ofstream(folder_ + "/data/pg_hba.conf") << kAccess;
}

void PostgresqlServer::Start() {
  Resume();
  if (server_ != nullptr) return;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    // A server that is started again has the port that its clients know.
    if (port_ == 0) port_ = FreePort();
    if (TryStart()) {
      port_is_known_ = true;
      return;
    }
    if (!port_is_known_) port_ = 0;
  }
  FAIL() << "PostgreSQL does not start";
}

bool PostgresqlServer::TryStart() {
  std::vector<std::string> command = {absl::StrCat(kPrograms, "postgres"),
                                      "-D",
                                      folder_ + "/data",
                                      "-p",
                                      absl::StrCat(port_),
                                      "-k",
                                      folder_};
  std::map<std::string, std::string> settings = {{"listen_addresses", "127.0.0.1"},
                                                 {"fsync", "off"},
                                                 {"log_checkpoints", "off"},
                                                 {"log_min_messages", "log"},
                                                 {"max_connections", "50"}};
  for (const auto& [name, value] : settings_) settings[name] = value;
  for (const auto& [name, value] : settings) {
    command.insert(command.end(), {"-c", absl::StrCat(name, "=", value)});
  }
  auto server = ChildProcess::Start(AsUser(std::move(command)), Environment(), "");
  EXPECT_TRUE(server.ok()) << server.status();
  if (!server.ok()) return false;
  const std::string& said = (*server)->ReadUntil(kReady);
  if (said.find(kReady) == std::string::npos) {
    std::cerr << said;
    (*server)->Wait();
    return false;
  }
  server_ = *std::move(server);
  return true;
}

void PostgresqlServer::Stop() {
  Resume();
  if (server_ == nullptr) return;
  // Without waiting for its clients to leave.
  kill(server_->pid(), SIGINT);
  server_->Wait();
  server_ = nullptr;
}

void PostgresqlServer::Restart(std::map<std::string, std::string> settings) {
  Stop();
  settings_ = std::move(settings);
  Start();
}

std::vector<pid_t> PostgresqlServer::Processes() const {
  const pid_t pid = server_->pid();
  std::vector<pid_t> processes = {pid};
  std::ifstream children(absl::StrCat("/proc/", pid, "/task/", pid, "/children"));
  for (pid_t child = 0; children >> child;) processes.push_back(child);
  return processes;
}

void PostgresqlServer::Pause() {
  if (paused_) return;
  // First the one that starts the others.
  FreezeProcess(server_->pid());
  for (const pid_t process : Processes()) FreezeProcess(process);
  paused_ = true;
}

void PostgresqlServer::Resume() {
  if (!paused_) return;
  for (const pid_t process : Processes()) kill(process, SIGCONT);
  paused_ = false;
}

std::string PostgresqlServer::Connection(const std::string& user) const {
  return absl::StrCat("host=", folder_, " port=", port_, " dbname=sallyport user=", user);
}

std::string PostgresqlServer::TcpConnection(const std::string& host) const {
  return absl::StrCat("host=", host, " hostaddr=127.0.0.1 port=", port_, " dbname=sallyport");
}

std::string PostgresqlServer::NewSchema() { return absl::StrCat("it's \"", ++schemas_, "\""); }

std::string PostgresqlServer::Query(const std::string& sql) const {
  return QueryIn("sallyport", sql);
}

std::string PostgresqlServer::QueryIn(const std::string& database, const std::string& sql) const {
  const PqConnection connection(PQconnectdb(
      absl::StrCat("host=", folder_, " port=", port_, " user=postgres dbname=", database).c_str()));
  const PqResult result(PQexec(connection.get(), sql.c_str()));
  const ExecStatusType status = PQresultStatus(result.get());
  EXPECT_TRUE(status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
      << PQerrorMessage(connection.get());
  if (status != PGRES_TUPLES_OK || PQntuples(result.get()) == 0) return "";
  return PQgetvalue(result.get(), 0, 0);
}

std::string PostgresqlServer::Write(const std::string& name, const std::string& content) const {
  const std::string path = folder_ + "/" + name;
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
  chmod(path.c_str(), 0600);
  GiveAway(path);
  return path;
}

void PostgresqlServer::GiveAway(const std::string& path) const {
  if (geteuid() != 0 || CanMapUser()) return;
  const passwd* user = getpwnam("postgres");
  EXPECT_TRUE(user != nullptr && chown(path.c_str(), user->pw_uid, user->pw_gid) == 0);
}

}  // namespace sallyport::server
