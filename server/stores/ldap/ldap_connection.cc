#include "server/stores/ldap/ldap_connection.h"

#include <ldap.h>
#include <openldap.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/stores/ldap/ldap_options.h"
#include "server/stores/ldap/ldap_socket.h"

namespace sallyport::server {
namespace {

struct FreeMessage {
  void operator()(LDAPMessage* message) const { ldap_msgfree(message); }
};
using Message = std::unique_ptr<LDAPMessage, FreeMessage>;

LdapEntry ReadEntry(LDAP* handle, LDAPMessage* message) {
  char* const dn = ldap_get_dn(handle, message);
  LdapEntry entry(dn == nullptr ? "" : dn);
  ldap_memfree(dn);
  BerElement* position = nullptr;
  char* attribute = ldap_first_attribute(handle, message, &position);
  while (attribute != nullptr) {
    berval** const values = ldap_get_values_len(handle, message, attribute);
    for (int i = 0; values != nullptr && values[i] != nullptr; ++i) {
      entry.Add(attribute, Secret({values[i]->bv_val, values[i]->bv_len}));
    }
    ldap_value_free_len(values);
    ldap_memfree(attribute);
    attribute = ldap_next_attribute(handle, message, position);
  }
  ber_free(position, 0);
  return entry;
}

std::vector<LdapEntry> ReadEntries(LDAP* handle, LDAPMessage* messages) {
  std::vector<LdapEntry> entries;
  for (LDAPMessage* message = ldap_first_entry(handle, messages); message != nullptr;
       message = ldap_next_entry(handle, message)) {
    entries.push_back(ReadEntry(handle, message));
  }
  return entries;
}

// The response proper comes behind all entries and references.
int TypeOfLast(LDAP* handle, LDAPMessage* messages) {
  int type = 0;
  for (LDAPMessage* message = ldap_first_message(handle, messages); message != nullptr;
       message = ldap_next_message(handle, message)) {
    type = ldap_msgtype(message);
  }
  return type;
}

int ScopeOf(LdapScope scope) {
  switch (scope) {
    case LdapScope::kBase:
      return LDAP_SCOPE_BASE;
    case LdapScope::kOneLevel:
      return LDAP_SCOPE_ONELEVEL;
    case LdapScope::kSubtree:
      break;
  }
  return LDAP_SCOPE_SUBTREE;
}

// What libldap says where no answer came.
LdapReply NoReply(LDAP* handle, int code) {
  return {.code = code < 0 ? code : LDAP_SERVER_DOWN,
          .lost = code == LDAP_SERVER_DOWN || code == LDAP_CONNECT_ERROR,
          .message = DescribeLdap(handle, code)};
}

std::string_view AsView(absl::string_view text) { return {text.data(), text.size()}; }

absl::Status CannotConnect(const LdapUrl& url, std::string_view why) {
  return absl::UnavailableError(absl::StrCat(url.url, " cannot be reached: ", std::string(why)));
}

// What libldap says of a failed handshake tells next to nothing.
absl::Status CannotStartTls(const LdapUrl& url, LDAP* handle, int result) {
  const std::string why =
      absl::StrCat(url.url, ": TLS: ", DescribeLdap(handle, result),
                   "; its certificate must be for that host, and of an authority in tls.ca_file");
  return result > 0 ? absl::FailedPreconditionError(why) : absl::UnavailableError(why);
}

int StartTls(LDAP* handle, const LdapUrl& url) {
  return url.start_tls ? ldap_start_tls_s(handle, nullptr, nullptr) : ldap_install_tls(handle);
}

}  // namespace

void LdapConnection::Unbind::operator()(ldap* handle) const {
  ldap_unbind_ext(handle, nullptr, nullptr);
}

absl::StatusOr<LdapConnection> LdapConnection::Open(const LdapUrl& url, const LdapTls& tls,
                                                    absl::Time deadline) {
  const absl::StatusOr<int> socket = ConnectLdapSocket(url, deadline);
  if (!socket.ok()) return CannotConnect(url, AsView(socket.status().message()));
  LDAP* raw = nullptr;
  const int initialized =
      ldap_init_fd(*socket, url.port == 0 ? LDAP_PROTO_IPC : LDAP_PROTO_TCP, url.url.c_str(), &raw);
  Handle handle(raw);
  if (initialized != LDAP_SUCCESS) {
    close(*socket);
    return CannotConnect(url, ldap_err2string(initialized));
  }
  const absl::Duration limit = deadline - absl::Now();
  if (absl::Status status = SetLdapOptions(raw, limit); !status.ok()) return status;
  if (url.uses_tls) {
    if (absl::Status status = SetLdapTls(raw, tls); !status.ok()) return status;
    const LdapTimeLimit bound(*socket, deadline);
    const int result = StartTls(raw, url);
    if (result != LDAP_SUCCESS) return CannotStartTls(url, raw, result);
  }
  if (!BoundLdap(raw, *socket, limit)) return CannotConnect(url, "libldap refuses an option");
  return LdapConnection(std::move(handle));
}

LdapReply LdapConnection::Bind(const std::string& dn, const Secret& password, absl::Time deadline) {
  if (dn.empty() || password.empty()) {
    return {.code = LDAP_PARAM_ERROR,
            .message = "a bind without a name or a password proves nothing"};
  }
  berval credentials = {password.size(), const_cast<char*>(password.view().data())};
  int message_id = 0;
  const int result = ldap_sasl_bind(handle_.get(), dn.c_str(), LDAP_SASL_SIMPLE, &credentials,
                                    nullptr, nullptr, &message_id);
  return Await(result, message_id, LDAP_RES_BIND, deadline);
}

LdapReply LdapConnection::Search(const LdapSearch& search, absl::Time deadline) {
  std::vector<char*> attributes;
  for (const std::string& name : search.attributes) {
    attributes.push_back(const_cast<char*>(name.c_str()));
  }
  attributes.push_back(nullptr);
  timeval limit = LdapTimeLeft(deadline);
  int message_id = 0;
  const int result = ldap_search_ext(handle_.get(), search.base.c_str(), ScopeOf(search.scope),
                                     search.filter.c_str(), attributes.data(), /*attrsonly=*/0,
                                     nullptr, nullptr, &limit, search.size_limit, &message_id);
  return Await(result, message_id, LDAP_RES_SEARCH_RESULT, deadline);
}

LdapReply LdapConnection::Await(int result, int message_id, int type, absl::Time deadline) {
  if (result != LDAP_SUCCESS) return NoReply(handle_.get(), result);
  timeval limit = LdapTimeLeft(deadline);
  LDAPMessage* raw = nullptr;
  const int received = ldap_result(handle_.get(), message_id, LDAP_MSG_ALL, &limit, &raw);
  const Message messages(raw);
  if (received == 0) return {.code = LDAP_TIMEOUT, .message = "the server did not answer in time"};
  if (received < 0 || raw == nullptr) {
    int code = LDAP_SERVER_DOWN;
    ldap_get_option(handle_.get(), LDAP_OPT_RESULT_CODE, &code);
    return NoReply(handle_.get(), code);
  }
  LdapReply reply;
  char* said = nullptr;
  const int parsed = ldap_parse_result(handle_.get(), raw, &reply.code, nullptr, &said, nullptr,
                                       nullptr, /*freeit=*/0);
  if (parsed != LDAP_SUCCESS || TypeOfLast(handle_.get(), raw) != type) {
    reply.code = LDAP_DECODING_ERROR;
  }
  reply.message =
      absl::StrCat(ldap_err2string(reply.code), " (result ", reply.code, ")",
                   said == nullptr || *said == '\0' ? "" : ": ", said == nullptr ? "" : said);
  ldap_memfree(said);
  if (!reply.failed()) reply.entries = ReadEntries(handle_.get(), raw);
  return reply;
}

}  // namespace sallyport::server
