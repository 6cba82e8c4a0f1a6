#include "tests/kerberos/kdc.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "tests/kerberos/reserved_port.h"

namespace sallyport {
namespace {

constexpr char kCreate[] = "/usr/sbin/kdb5_util";
constexpr char kAdminister[] = "/usr/sbin/kadmin.local";
constexpr char kServe[] = "/usr/sbin/krb5kdc";
constexpr char kLogIn[] = "/usr/bin/kinit";

// What the KDC says on standard error once its sockets are open.
constexpr char kServing[] = "starting...";

// For whoever uses the realm.
constexpr char kKrb5Conf[] = R"([libdefaults]
  default_realm = REALM
  dns_lookup_realm = false
  dns_lookup_kdc = false
  dns_canonicalize_hostname = false
  qualify_shortname = ""
  rdns = false
  default_rcache_name = file2:FOLDER/replays
[realms]
  REALM = {
    kdc = 127.0.0.1:PORT
  }
)";

// For the KDC itself.
constexpr char kKdcConf[] = R"([kdcdefaults]
  kdc_listen = 127.0.0.1:PORT
  kdc_tcp_listen = 127.0.0.1:PORT
[realms]
  REALM = {
    database_name = FOLDER/principal
    key_stash_file = FOLDER/stash
  }
[logging]
  kdc = FILE:FOLDER/kdc.log
  admin_server = FILE:FOLDER/kadmin.log
  default = FILE:FOLDER/default.log
)";

absl::Status WriteFile(const std::string& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary);
  file << content;
  if (file.flush()) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("cannot write ", path));
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

absl::StatusOr<std::string> MakeFolder() {
  const char* parent = getenv("TEST_TMPDIR");
  std::string path = absl::StrCat(parent == nullptr ? "/tmp" : parent, "/kdc.XXXXXX");
  if (mkdtemp(path.data()) != nullptr) return path;
  return absl::UnavailableError(absl::StrCat("cannot make a folder like ", path));
}

}  // namespace

Kdc::Kdc(std::string realm, std::string folder)
    : realm_(std::move(realm)), folder_(std::move(folder)) {}

Kdc::~Kdc() {
  server_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

absl::StatusOr<std::unique_ptr<Kdc>> Kdc::Start(std::string realm) {
  absl::StatusOr<std::string> folder = MakeFolder();
  if (!folder.ok()) return folder.status();
  std::unique_ptr<Kdc> kdc(new Kdc(std::move(realm), *std::move(folder)));
  const absl::Status status = kdc->Serve();
  if (!status.ok()) return status;
  return kdc;
}

absl::Status Kdc::Serve() {
  const absl::StatusOr<ReservedPort> port = ReservedPort::Reserve();
  if (!port.ok()) return port.status();
  absl::Status status = WriteConfiguration(port->port());
  if (!status.ok()) return status;
  status = RunProgram({kCreate, "create", "-r", realm_, "-s", "-P", "master"}, AdminEnvironment());
  if (!status.ok()) return status;
  auto server = ChildProcess::Start({kServe, "-n", "-r", realm_}, AdminEnvironment(), "");
  if (!server.ok()) return server.status();
  const std::string& said = (*server)->ReadUntil(kServing);
  if (said.find(kServing) == std::string::npos) {
    return absl::InternalError(
        absl::StrCat(kServe, " does not start: ", said, ReadFile(InFolder("kdc.log"))));
  }
  server_ = *std::move(server);
  return absl::OkStatus();
}

absl::Status Kdc::WriteConfiguration(int port) const {
  const std::string port_text = absl::StrCat(port);
  const std::vector<std::pair<absl::string_view, absl::string_view>> values = {
      {"REALM", realm_}, {"FOLDER", folder_}, {"PORT", port_text}};
  const absl::Status status =
      WriteFile(InFolder("krb5.conf"), absl::StrReplaceAll(kKrb5Conf, values));
  if (!status.ok()) return status;
  return WriteFile(InFolder("kdc.conf"), absl::StrReplaceAll(kKdcConf, values));
}

absl::Status Kdc::AddUser(const std::string& name, const std::string& password) {
  return RunKadmin({"addprinc", "+requires_preauth", "-pw", password, name});
}

absl::Status Kdc::AddService(const std::string& name) {
  const absl::Status status = RunKadmin({"addprinc", "-randkey", name});
  if (!status.ok()) return status;
  return RunKadmin({"ktadd", "-k", keytab(), name});
}

absl::StatusOr<std::string> Kdc::LogIn(const std::string& name, const std::string& password) {
  const std::string tickets = absl::StrCat("FILE:", InFolder("tickets"), ++caches_);
  const absl::Status status =
      RunProgram({kLogIn, "-c", tickets, name}, Environment(), password + "\n");
  if (!status.ok()) return status;
  return tickets;
}

absl::Status Kdc::RunKadmin(std::initializer_list<std::string> query) {
  std::vector<std::string> command = {kAdminister, "-r", realm_};
  command.insert(command.end(), query);
  return RunProgram(command, AdminEnvironment());
}

std::string Kdc::InFolder(std::string_view name) const {
  return absl::StrCat(folder_, "/", std::string(name));
}

ProgramEnvironment Kdc::Environment(const std::string& tickets) const {
  return {{"KRB5_CONFIG", InFolder("krb5.conf")},
          {"KRB5_KTNAME", keytab()},
          {"KRB5CCNAME", tickets.empty() ? "FILE:" + InFolder("no-tickets") : tickets}};
}

ProgramEnvironment Kdc::AdminEnvironment() const {
  ProgramEnvironment environment = Environment();
  environment["KRB5_KDC_PROFILE"] = InFolder("kdc.conf");
  return environment;
}

void Kdc::UseInThisProcess(const std::string& tickets) const {
  for (const auto& [name, value] : Environment(tickets)) {
    setenv(name.c_str(), value.c_str(), /*overwrite=*/1);
  }
}

}  // namespace sallyport
