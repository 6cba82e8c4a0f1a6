#include "tests/server/stores/ldap/slapd.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"

namespace sallyport::server {
namespace {

constexpr char kServer[] = "/usr/sbin/slapd";
constexpr char kLoad[] = "/usr/sbin/slapadd";
constexpr char kModify[] = "/usr/bin/ldapmodify";

// A port may be taken by another between its choice and its use.
constexpr int kAttempts = 20;
constexpr absl::Duration kPollPeriod = absl::Milliseconds(2);
constexpr absl::Duration kPatience = absl::Seconds(20);

constexpr char kConfiguration[] = R"(
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/inetorgperson.schema
attributetype ( 1.3.6.1.4.1.4203.1.3.4 NAME 'authPassword'
  EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 )
attributetype ( 2.16.840.1.113730.3.1.610 NAME 'nsAccountLock'
  EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
objectclass ( 1.3.6.1.4.1.4203.1.4.7 NAME 'authPasswordObject'
  SUP top AUXILIARY MAY ( authPassword $ nsAccountLock ) )
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload ppolicy
TLS
database mdb
directory FOLDER/data
dbnosync
suffix dc=test
rootdn cn=root,dc=test
rootpw root
limits * size=unlimited
access to attrs=userPassword,authPassword
  by dn.exact=cn=reader,dc=test read
  by * auth
access to *
  by dn.exact=cn=searcher,dc=test read
  by dn.exact=cn=reader,dc=test read
  by * none
overlay memberof
overlay ppolicy
)";

constexpr char kDirectory[] = R"(dn: dc=test
objectClass: domain
dc: test

dn: ou=people,dc=test
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=test
objectClass: organizationalUnit
ou: groups

dn: cn=searcher,dc=test
objectClass: person
cn: searcher
sn: searcher
userPassword: search

dn: cn=reader,dc=test
objectClass: person
cn: reader
sn: reader
userPassword: read
)";

absl::Status WriteFile(const std::string& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary);
  file << content;
  if (file.flush()) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("cannot write ", path));
}

int FreePort() {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  int port = 0;
  if (bind(descriptor, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
      getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    port = ntohs(address.sin_port);
  }
  close(descriptor);
  return port;
}

bool CanConnect(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool connected =
      connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  close(descriptor);
  return connected;
}

bool HasEnded(pid_t pid) {
  siginfo_t info = {};
  return waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == pid;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Slapd>> Slapd::Start(const client::PemPair* certificate) {
  // Not the test's own folder, whose path may be too long for a socket.
  std::string folder = "/tmp/slapd.XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) return absl::UnavailableError("cannot make a folder");
  std::unique_ptr<Slapd> slapd(new Slapd(folder));
  slapd->tls_ = certificate != nullptr;
  absl::Status status = slapd->Configure(certificate);
  if (status.ok()) status = slapd->Populate();
  for (int attempt = 0; status.ok() && attempt < kAttempts; ++attempt) {
    slapd->port_ = FreePort();
    slapd->tls_port_ = FreePort();
    if (slapd->Run().ok()) return slapd;
  }
  if (!status.ok()) return status;
  std::ifstream log(slapd->InFolder("log"));
  return absl::InternalError(absl::StrCat(
      kServer, " does not start: ", std::string(std::istreambuf_iterator<char>(log), {})));
}

Slapd::~Slapd() {
  Stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string Slapd::url() const { return absl::StrCat("ldap://127.0.0.1:", port_); }
std::string Slapd::tls_url() const { return absl::StrCat("ldaps://127.0.0.1:", tls_port_); }

std::string Slapd::socket_url() const {
  return absl::StrCat("ldapi://", absl::StrReplaceAll(InFolder("socket"), {{"/", "%2F"}}));
}

std::string Slapd::InFolder(std::string_view name) const {
  return absl::StrCat(folder_, "/", std::string(name));
}

absl::Status Slapd::Configure(const client::PemPair* certificate) const {
  std::string tls;
  if (certificate != nullptr) {
    absl::Status status = WriteFile(InFolder("certificate"), certificate->certificate);
    if (status.ok()) status = WriteFile(InFolder("key"), certificate->key);
    if (!status.ok()) return status;
    tls = "TLSCertificateFile FOLDER/certificate\nTLSCertificateKeyFile FOLDER/key";
  }
  std::filesystem::create_directory(InFolder("data"));
  return WriteFile(InFolder("slapd.conf"),
                   absl::StrReplaceAll(absl::StrReplaceAll(kConfiguration, {{"TLS\n", tls + "\n"}}),
                                       {{"FOLDER", folder_}}));
}

absl::Status Slapd::Populate() const {
  absl::Status status = WriteFile(InFolder("directory"), kDirectory);
  if (!status.ok()) return status;
  return RunProgram({kLoad, "-f", InFolder("slapd.conf"), "-l", InFolder("directory")}, {});
}

absl::Status Slapd::Run() {
  std::string urls = absl::StrCat(url(), " ", tls_ ? tls_url() + " " : "", socket_url());
  // What it logs would fill a pipe.
  auto server =
      ChildProcess::Start({"/bin/sh", "-c",
                           absl::StrCat("exec ", kServer, " -f ", InFolder("slapd.conf"),
                                        " -d stats -h '", urls, "' 2>>", InFolder("log"))},
                          {}, "");
  if (!server.ok()) return server.status();
  server_ = *std::move(server);
  if (AwaitServing()) return absl::OkStatus();
  Stop();
  return absl::UnavailableError("the server does not start");
}

bool Slapd::AwaitServing() const {
  const absl::Time end = absl::Now() + kPatience;
  while (absl::Now() < end && !HasEnded(server_->pid())) {
    // The last of its addresses to be opened.
    if (CanConnect(InFolder("socket"))) return !HasEnded(server_->pid());
    absl::SleepFor(kPollPeriod);
  }
  return false;
}

void Slapd::Stop() {
  if (server_ != nullptr) Thaw();
  server_.reset();
  std::error_code ignored;
  std::filesystem::remove(InFolder("socket"), ignored);
}

absl::Status Slapd::Restart() {
  Stop();
  return Run();
}

void Slapd::Freeze() const { FreezeProcess(server_->pid()); }
void Slapd::Thaw() const { kill(server_->pid(), SIGCONT); }

absl::Status Slapd::Change(const std::string& ldif) const {
  return RunProgram({kModify, "-a", "-H", socket_url(), "-D", "cn=root,dc=test", "-w", "root"},
                    {{"LDAPNOINIT", "1"}}, ldif);
}

int Slapd::Logged(std::string_view text) const {
  std::ifstream log(InFolder("log"));
  std::string line;
  int count = 0;
  while (std::getline(log, line)) count += line.find(text) != std::string::npos;
  return count;
}

}  // namespace sallyport::server
