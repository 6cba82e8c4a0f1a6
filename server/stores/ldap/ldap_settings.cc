#include "server/stores/ldap/ldap_settings.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/credentials/secret.h"
#include "process/file.h"
#include "server/stores/ldap/ldap_attribute.h"
#include "server/stores/ldap/ldap_text.h"
#include "server/stores/secret_reference.h"

namespace sallyport::server {
namespace {

constexpr char kSystemAuthorities[] = "/etc/ssl/certs/ca-certificates.crt";
constexpr size_t kMaxPemSize = 4 << 20;
constexpr char kDefaultFilter[] = "(uid={user})";
constexpr char kDefaultGroupName[] = "cn";
constexpr uint32_t kDefaultConnections = 4;
constexpr uint32_t kMaxConnections = 64;
constexpr absl::Duration kDefaultMaxIdle = absl::Seconds(60);

absl::Status Wrong(std::string_view key, std::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(std::string(key), ": ", std::string(why)));
}

absl::Status In(std::string_view key, const absl::Status& status) {
  return Wrong(key, std::string(status.message()));
}

absl::StatusOr<std::vector<LdapUrl>> ReadUrls(const v1::LdapStore& store) {
  if (store.urls().empty()) return Wrong("urls", "name the servers, such as ldaps://host");
  std::vector<LdapUrl> urls;
  for (const std::string& text : store.urls()) {
    absl::StatusOr<LdapUrl> url = ParseLdapUrl(text, !store.has_start_tls() || store.start_tls());
    if (!url.ok()) return In("urls", url.status());
    urls.push_back(*std::move(url));
  }
  return urls;
}

absl::Status CheckPem(std::string_view key, const std::string& path) {
  if (path.empty()) return absl::OkStatus();
  absl::StatusOr<std::string> content = process::ReadFile(path, kMaxPemSize);
  if (!content.ok()) return In(key, content.status());
  const bool is_pem = content->find("-----BEGIN ") != std::string::npos;
  // A key may be in it.
  Wipe(&*content);
  return is_pem ? absl::OkStatus() : Wrong(key, absl::StrCat(path, " has no PEM in it"));
}

absl::StatusOr<LdapTls> ReadTls(const v1::ClientTls& tls, const std::vector<LdapUrl>& urls) {
  LdapTls read = {.ca_file = tls.ca_file(),
                  .cert_file = tls.cert_file(),
                  .key_file = tls.key_file(),
                  .verify = !tls.insecure_skip_verify()};
  if (read.cert_file.empty() != read.key_file.empty()) {
    return Wrong("tls", "cert_file and key_file go together");
  }
  const bool used =
      std::any_of(urls.begin(), urls.end(), [](const LdapUrl& url) { return url.uses_tls; });
  if (read.ca_file.empty() && used && read.verify) read.ca_file = kSystemAuthorities;
  for (const absl::Status& status :
       {CheckPem("tls.ca_file", read.ca_file), CheckPem("tls.cert_file", read.cert_file),
        CheckPem("tls.key_file", read.key_file)}) {
    if (!status.ok()) return status;
  }
  return read;
}

absl::Status CheckDn(std::string_view key, const std::string& dn) {
  if (IsLdapDn(dn)) return absl::OkStatus();
  return Wrong(key, "it must be a DN, such as dc=example,dc=org");
}

// What is handed on to brokers.
absl::Status CheckAttribute(std::string_view key, const std::string& name) {
  if (!IsLdapAttribute(name)) {
    return Wrong(key, absl::StrCat("'", name, "' is not an attribute's name"));
  }
  if (absl::EqualsIgnoreCase(name, "userPassword") ||
      absl::EqualsIgnoreCase(name, "authPassword")) {
    return Wrong(key, "passwords are not handed on");
  }
  return absl::OkStatus();
}

absl::Status ReadLogin(const v1::LdapStore& store, LdapLogin* login) {
  login->bind_dn = store.bind_dn();
  login->read_password = [reference = store.bind_password()] { return ReadSecret(reference); };
  if (login->bind_dn.empty()) {
    if (!store.has_bind_password()) return absl::OkStatus();
    return Wrong("bind_password", "it is of no use without bind_dn");
  }
  if (absl::Status status = CheckDn("bind_dn", login->bind_dn); !status.ok()) return status;
  const absl::StatusOr<Secret> password = login->read_password();
  return password.ok() ? absl::OkStatus() : In("bind_password", password.status());
}

absl::Status ReadFilter(const v1::LdapStore& store, bool per_tenant, LdapSettings* settings) {
  settings->base_dn = store.base_dn();
  if (absl::Status status = CheckDn("base_dn", settings->base_dn); !status.ok()) return status;
  settings->scope =
      store.scope() == v1::LDAP_SCOPE_ONE_LEVEL ? LdapScope::kOneLevel : LdapScope::kSubtree;
  auto filter = LdapFilter::Create(store.filter().empty() ? kDefaultFilter : store.filter());
  if (!filter.ok()) return In("filter", filter.status());
  settings->filter = *std::move(filter);
  auto naming = LdapNaming::Create(settings->filter, per_tenant);
  if (!naming.ok()) return In("filter", naming.status());
  settings->naming = *std::move(naming);
  return absl::OkStatus();
}

absl::Status ReadGroups(const v1::LdapStore& store, bool per_tenant, LdapSettings* settings) {
  for (const std::string& name : store.group_attributes()) {
    if (absl::Status status = CheckAttribute("group_attributes", name); !status.ok()) return status;
    settings->group_attributes.push_back(name);
  }
  if (store.group_base_dn().empty() != store.group_filter().empty()) {
    return Wrong("group_filter", "it goes together with group_base_dn");
  }
  if (store.group_base_dn().empty()) return absl::OkStatus();
  settings->group_base_dn = store.group_base_dn();
  if (absl::Status status = CheckDn("group_base_dn", settings->group_base_dn); !status.ok()) {
    return status;
  }
  auto filter = LdapFilter::Create(store.group_filter());
  if (!filter.ok()) return In("group_filter", filter.status());
  if (!filter->Has("{dn}") && !filter->Has("{user}")) {
    return Wrong("group_filter", "it puts everybody into every group: it needs {dn} or {user}");
  }
  if (filter->Has("{tenant}") && !per_tenant) {
    return Wrong("group_filter", "{tenant} takes a store that is per_tenant");
  }
  settings->group_filter = *std::move(filter);
  settings->group_name = store.group_name().empty() ? kDefaultGroupName : store.group_name();
  return CheckAttribute("group_name", settings->group_name);
}

absl::Status ReadAttributes(const v1::LdapStore& store, LdapSettings* settings) {
  for (const auto& [theirs, ours] : store.attributes()) {
    if (absl::Status status = CheckAttribute("attributes", theirs); !status.ok()) return status;
    if (ours.empty())
      return Wrong("attributes", absl::StrCat("'", theirs, "' gets no name of ours"));
    settings->attributes[theirs] = ours;
  }
  return absl::OkStatus();
}

absl::Status ReadConnections(const v1::LdapStore& store, LdapSettings* settings) {
  settings->connections = store.connections() == 0 ? kDefaultConnections : store.connections();
  if (settings->connections > kMaxConnections) {
    return Wrong("connections", absl::StrCat("there may be up to ", kMaxConnections));
  }
  settings->max_idle = kDefaultMaxIdle;
  if (!store.has_max_idle()) return absl::OkStatus();
  settings->max_idle =
      absl::Seconds(store.max_idle().seconds()) + absl::Nanoseconds(store.max_idle().nanos());
  if (settings->max_idle > absl::ZeroDuration()) return absl::OkStatus();
  return Wrong("max_idle", "it must be above zero");
}

}  // namespace

absl::StatusOr<LdapSettings> ReadLdapSettings(const v1::LdapStore& store, bool per_tenant) {
  LdapSettings settings;
  auto urls = ReadUrls(store);
  if (!urls.ok()) return urls.status();
  settings.urls = *std::move(urls);
  auto tls = ReadTls(store.tls(), settings.urls);
  if (!tls.ok()) return tls.status();
  settings.tls = *std::move(tls);
  settings.by_bind = store.passwords() != v1::LDAP_PASSWORDS_READ;
  for (const absl::Status& status :
       {ReadLogin(store, &settings.login), ReadFilter(store, per_tenant, &settings),
        ReadGroups(store, per_tenant, &settings), ReadAttributes(store, &settings),
        ReadConnections(store, &settings)}) {
    if (!status.ok()) return status;
  }
  return settings;
}

}  // namespace sallyport::server
