#include "policy/check_stores.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "core/tokens/token_algorithm.h"
#include "core/tokens/token_rules.h"
#include "policy/postgresql_connection.h"
#include "policy/values.h"
#include "process/loopback.h"

namespace sallyport::policy {
namespace {

constexpr int kMaxAttributes = 32;

void Require(bool given, const PolicyPath& path, std::string_view key, Problems* problems) {
  if (!given) problems->Refuse(path, absl::StrCat("expected '", std::string(key), "'"));
}

void CheckSecret(const v1::SecretReference& secret, const PolicyPath& path, Problems* problems) {
  if (secret.file().empty() == secret.env().empty()) {
    problems->Refuse(path, "expected either 'file' or 'env'");
  }
}

// Between "://" and the path.
std::string_view AuthorityOf(std::string_view url) {
  url.remove_prefix(std::min(url.size(), url.find("://") + 3));
  return url.substr(0, url.find_first_of("/?#\\"));
}

enum class Plaintext { kOnThisMachine, kAllowed };

// Whether a host is this machine, by its name alone.
bool IsThisMachine(std::string_view authority) {
  std::string host(authority);
  if (const size_t colon = host.rfind(':'); colon != std::string::npos && !host.ends_with(']')) {
    host.resize(colon);
  }
  return process::IsLoopbackHost(host);
}

void CheckUrl(const std::string& url, Plaintext plaintext, const PolicyPath& path,
              Problems* problems) {
  if (url.empty()) return;
  const bool https = url.starts_with("https://");
  if (!https && !url.starts_with("http://")) {
    return problems->Refuse(path, "expected a URL that begins with https://");
  }
  const std::string_view authority = AuthorityOf(url);
  if (authority.empty()) return problems->Refuse(path, "expected a host, as in https://HOST/PATH");
  if (authority.find('@') != std::string_view::npos) {
    return problems->Refuse(path, "a user's name or password does not belong here");
  }
  if (!https && plaintext == Plaintext::kOnThisMachine && !IsThisMachine(authority)) {
    problems->Refuse(path, "expected https://; http:// is for this machine only");
  }
}

void CheckTls(const v1::ClientTls& tls, const PolicyPath& path, Problems* problems) {
  if (tls.cert_file().empty() != tls.key_file().empty()) {
    problems->Refuse(path, "'cert_file' and 'key_file' go together");
  }
}

void CheckPostgresql(const v1::PostgresqlStore& store, const PolicyPath& path, Problems* problems) {
  Require(!store.connection().empty(), path, "connection", problems);
  if (const auto read = ReadPostgresqlConnection(store.connection()); !read.ok()) {
    problems->Refuse(path.Key("connection"), std::string(read.status().message()));
  }
  if (store.has_password()) CheckSecret(store.password(), path.Key("password"), problems);
  NumberIn<uint32_t>(store.connections(), 0, 1, 64, path.Key("connections"), problems);
}

// A filter that has no place for the tenant finds every tenant the same; one that has would have
// what it found for one tenant cached for all, unless users are kept apart.
void CheckTenantPlace(const v1::Store& store, const PolicyPath& path, Problems* problems) {
  const auto has = [](const std::string& text) { return text.find("{tenant}") != text.npos; };
  if (store.per_tenant() && !has(store.ldap().filter())) {
    problems->Refuse(path, "expected '{tenant}' in 'filter': the store is 'per_tenant'");
  }
  if (store.per_tenant()) return;
  if (has(store.ldap().filter())) {
    problems->Refuse(path.Key("filter"), "'{tenant}' takes a store that is 'per_tenant: true'");
  }
  if (has(store.ldap().group_filter())) {
    problems->Refuse(path.Key("group_filter"),
                     "'{tenant}' takes a store that is 'per_tenant: true'");
  }
}

void CheckLdap(const v1::LdapStore& store, const PolicyPath& path, Problems* problems) {
  Require(store.urls_size() > 0, path, "urls", problems);
  for (int i = 0; i < store.urls_size(); ++i) {
    const std::string& url = store.urls(i);
    if (!url.starts_with("ldap://") && !url.starts_with("ldaps://") &&
        !url.starts_with("ldapi://")) {
      problems->Refuse(path.Item("urls", static_cast<size_t>(i)),
                       "expected ldap://, ldaps:// or ldapi://");
    }
  }
  Require(!store.base_dn().empty(), path, "base_dn", problems);
  if (store.bind_dn().empty() != !store.has_bind_password()) {
    problems->Refuse(path, "'bind_dn' and 'bind_password' go together");
  }
  if (store.has_bind_password()) {
    CheckSecret(store.bind_password(), path.Key("bind_password"), problems);
  }
  if (!store.filter().empty() && store.filter().find("{user}") == std::string::npos) {
    problems->Refuse(path.Key("filter"),
                     "expected '{user}' in it: the same entry would be "
                     "everybody's");
  }
  if (store.group_base_dn().empty() != store.group_filter().empty()) {
    problems->Refuse(path, "'group_base_dn' and 'group_filter' go together");
  }
  if (!store.group_filter().empty() && store.group_filter().find("{dn}") == std::string::npos &&
      store.group_filter().find("{user}") == std::string::npos) {
    problems->Refuse(path.Key("group_filter"),
                     "expected '{dn}' or '{user}' in it: everybody would be in every group");
  }
  NumberIn<uint32_t>(store.connections(), 0, 1, 64, path.Key("connections"), problems);
  CheckTls(store.tls(), path.Key("tls"), problems);
}

void CheckWebhook(const v1::WebhookStore& store, const PolicyPath& path, Problems* problems) {
  Require(!store.url().empty(), path, "url", problems);
  CheckUrl(store.url(), Plaintext::kOnThisMachine, path.Key("url"), problems);
  if (store.has_bearer_token()) {
    CheckSecret(store.bearer_token(), path.Key("bearer_token"), problems);
  }
  NumberIn<uint32_t>(store.max_concurrent(), 0, 1, 4096, path.Key("max_concurrent"), problems);
  CheckTls(store.tls(), path.Key("tls"), problems);
}

void CheckKind(const v1::Store& store, const PolicyPath& path, Problems* problems) {
  switch (store.kind_case()) {
    case v1::Store::kSqlite:
      return Require(!store.sqlite().path().empty(), path.Key("sqlite"), "path", problems);
    case v1::Store::kPostgresql:
      return CheckPostgresql(store.postgresql(), path.Key("postgresql"), problems);
    case v1::Store::kLdap:
      CheckTenantPlace(store, path.Key("ldap"), problems);
      return CheckLdap(store.ldap(), path.Key("ldap"), problems);
    case v1::Store::kDirectory:
      return Require(!store.directory().path().empty(), path.Key("directory"), "path", problems);
    case v1::Store::kFile:
      if (store.per_tenant()) {
        problems->Refuse(path.Key("per_tenant"),
                         "a file cannot keep tenants apart: give each a store of its own, or use a "
                         "directory");
      }
      return Require(!store.file().path().empty(), path.Key("file"), "path", problems);
    case v1::Store::kWebhook:
      return CheckWebhook(store.webhook(), path.Key("webhook"), problems);
    case v1::Store::KIND_NOT_SET:
      problems->Refuse(path,
                       "expected its kind: sqlite, postgresql, ldap, directory, file or "
                       "webhook");
  }
}

}  // namespace

void CheckStore(const v1::Store& store, const PolicyPath& path, Problems* problems) {
  CheckKind(store, path, problems);
  DurationIn(store.has_timeout(), store.timeout(), {}, absl::Milliseconds(10), absl::Minutes(1),
             path.Key("timeout"), problems);
  NumberIn<uint32_t>(store.max_waiting(), 0, 1, 1'000'000, path.Key("max_waiting"), problems);
  NumberIn<uint32_t>(store.cache().size(), 0, 1, 100'000'000, path.Key("cache").Key("size"),
                     problems);
  const auto day = [&](bool given, const google::protobuf::Duration& value, std::string_view key) {
    const PolicyPath cache = path.Key("cache");
    DurationIn(given, value, {}, absl::ZeroDuration(), absl::Hours(24), cache.Key(key), problems);
  };
  day(store.cache().has_ttl(), store.cache().ttl(), "ttl");
  day(store.cache().has_negative_ttl(), store.cache().negative_ttl(), "negative_ttl");
  day(store.cache().has_stale_while_down(), store.cache().stale_while_down(), "stale_while_down");
}

void CheckTokenIssuer(const v1::TokenIssuer& issuer, const PolicyPath& path, Problems* problems) {
  Require(!issuer.issuer().empty(), path, "issuer", problems);
  Require(!issuer.keys().empty(), path, "keys", problems);
  if (issuer.audience_size() == 0) {
    problems->Refuse(path, "expected 'audience': what tokens for this fleet have, in a list");
  }
  const bool is_url = issuer.keys().find("://") != std::string::npos;
  if (is_url) {
    CheckUrl(issuer.keys(),
             issuer.allow_plaintext() ? Plaintext::kAllowed : Plaintext::kOnThisMachine,
             path.Key("keys"), problems);
  }
  for (int i = 0; i < issuer.algorithms_size(); ++i) {
    const PolicyPath at = path.Item("algorithms", static_cast<size_t>(i));
    const auto algorithm = FindTokenAlgorithm(issuer.algorithms(i));
    if (!algorithm) {
      problems->Refuse(at, absl::StrCat("unknown algorithm '", issuer.algorithms(i),
                                        "'; there are RS, PS, ES and HS, each with 256, 384 or "
                                        "512"));
    } else if (is_url && SignsWithASecret(*algorithm)) {
      problems->Refuse(at, absl::StrCat("'", issuer.algorithms(i),
                                        "' takes a secret, which must "
                                        "not be published: have 'keys' name a file"));
    }
  }
  const bool for_url = !issuer.ca().empty() || issuer.allow_plaintext() || issuer.has_refresh() ||
                       issuer.has_max_age() || issuer.has_min_interval();
  if (!is_url && for_url) {
    problems->Refuse(path,
                     "'ca', 'allow_plaintext', 'refresh', 'max_age' and 'min_interval' are "
                     "for a URL, and 'keys' names a file");
  }
  const auto duration = [&](bool given, const google::protobuf::Duration& value,
                            absl::Duration fallback, absl::Duration min, absl::Duration max,
                            std::string_view key) {
    return DurationIn(given, value, fallback, min, max, path.Key(key), problems);
  };
  const absl::Duration refresh = duration(issuer.has_refresh(), issuer.refresh(), absl::Minutes(5),
                                          absl::Seconds(1), absl::Hours(24), "refresh");
  const absl::Duration max_age = duration(issuer.has_max_age(), issuer.max_age(), absl::Hours(1),
                                          absl::Seconds(1), absl::Hours(24 * 7), "max_age");
  if (max_age < refresh) {
    problems->Refuse(path.Key("max_age"), "expected a duration that is no shorter than 'refresh'");
  }
  duration(issuer.has_min_interval(), issuer.min_interval(), {}, absl::Seconds(1),
           absl::Minutes(10), "min_interval");
  duration(issuer.has_clock_skew(), issuer.clock_skew(), {}, absl::ZeroDuration(),
           absl::Minutes(10), "clock_skew");
  duration(issuer.has_max_lifetime(), issuer.max_lifetime(), {}, absl::Seconds(1),
           absl::Hours(24 * 366), "max_lifetime");
  NumberIn<uint64_t>(issuer.max_token_size(), 0, 256, kMaxTokenSize, path.Key("max_token_size"),
                     problems);
  if (issuer.attributes_size() > kMaxAttributes) {
    problems->Refuse(path.Key("attributes"), absl::StrCat("expected up to ", kMaxAttributes));
  }
}

}  // namespace sallyport::policy
