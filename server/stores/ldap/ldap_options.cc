#include "server/stores/ldap/ldap_options.h"

#include <lber.h>
#include <sys/socket.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace sallyport::server {
namespace {

constexpr absl::Duration kLeastTime = absl::Milliseconds(1);
constexpr ber_len_t kMaxMessageSize = 16 << 20;

// With a limit, libldap spins through the handshake of TLS.
constexpr timeval kForEver = {-1, 0};

// Where nobody listens.
constexpr char kNobody[] = "ldapi://%2Fdev%2Fnull";

bool SetNumber(LDAP* handle, int option, int value) {
  return ldap_set_option(handle, option, &value) == LDAP_OPT_SUCCESS;
}

// An empty value stands for none.
bool SetText(LDAP* handle, int option, const std::string& value) {
  return ldap_set_option(handle, option, value.empty() ? nullptr : value.c_str()) ==
         LDAP_OPT_SUCCESS;
}

bool SetTime(LDAP* handle, int option, const timeval& value) {
  return ldap_set_option(handle, option, &value) == LDAP_OPT_SUCCESS;
}

}  // namespace

absl::Status SetLdapOptions(LDAP* handle, absl::Duration limit) {
  const timeval time = absl::ToTimeval(std::max(limit, kLeastTime));
  const bool set = SetNumber(handle, LDAP_OPT_PROTOCOL_VERSION, LDAP_VERSION3) &&
                   SetNumber(handle, LDAP_OPT_DEREF, LDAP_DEREF_NEVER) &&
                   SetNumber(handle, LDAP_OPT_SIZELIMIT, LDAP_NO_LIMIT) &&
                   SetNumber(handle, LDAP_OPT_TIMELIMIT, LDAP_NO_LIMIT) &&
                   SetTime(handle, LDAP_OPT_TIMEOUT, time) &&
                   SetTime(handle, LDAP_OPT_NETWORK_TIMEOUT, kForEver) &&
                   ldap_set_option(handle, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) == LDAP_OPT_SUCCESS &&
                   ldap_set_option(handle, LDAP_OPT_RESTART, LDAP_OPT_ON) == LDAP_OPT_SUCCESS;
  return set ? absl::OkStatus() : absl::InternalError("libldap refuses an option");
}

absl::Status SetLdapTls(LDAP* handle, const LdapTls& tls) {
  const int require = tls.verify ? LDAP_OPT_X_TLS_DEMAND : LDAP_OPT_X_TLS_NEVER;
  const bool set = SetNumber(handle, LDAP_OPT_X_TLS_REQUIRE_CERT, require) &&
                   SetNumber(handle, LDAP_OPT_X_TLS_PROTOCOL_MIN, LDAP_OPT_X_TLS_PROTOCOL_TLS1_2) &&
                   SetNumber(handle, LDAP_OPT_X_TLS_PROTOCOL_MAX, 0) &&
                   SetText(handle, LDAP_OPT_X_TLS_CACERTFILE, tls.ca_file) &&
                   SetText(handle, LDAP_OPT_X_TLS_CACERTDIR, "") &&
                   SetText(handle, LDAP_OPT_X_TLS_CERTFILE, tls.cert_file) &&
                   SetText(handle, LDAP_OPT_X_TLS_KEYFILE, tls.key_file) &&
                   SetText(handle, LDAP_OPT_X_TLS_CIPHER_SUITE, "") &&
                   SetText(handle, LDAP_OPT_X_TLS_PEERKEY_HASH, "") &&
                   SetNumber(handle, LDAP_OPT_X_TLS_NEWCTX, /*is_server=*/0);
  if (set) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("tls: the certificates in '", tls.ca_file, "'",
                   tls.cert_file.empty() ? "" : ", or the client's own with its key,",
                   " cannot be used: they must be PEM, and the key the certificate's"));
}

bool BoundLdap(LDAP* handle, int socket, absl::Duration limit) {
  const timeval time = absl::ToTimeval(std::max(limit, kLeastTime));
  Sockbuf* buffer = nullptr;
  ber_len_t size = kMaxMessageSize;
  return setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time)) == 0 &&
         setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time)) == 0 &&
         ldap_get_option(handle, LDAP_OPT_SOCKBUF, &buffer) == LDAP_OPT_SUCCESS &&
         ber_sockbuf_ctrl(buffer, LBER_SB_OPT_SET_MAX_INCOMING, &size) > 0 &&
         SetText(handle, LDAP_OPT_URI, kNobody);
}

timeval LdapTimeLeft(absl::Time deadline) {
  return absl::ToTimeval(std::max(deadline - absl::Now(), kLeastTime));
}

std::string DescribeLdap(LDAP* handle, int code) {
  std::string text = ldap_err2string(code);
  char* said = nullptr;
  if (ldap_get_option(handle, LDAP_OPT_DIAGNOSTIC_MESSAGE, &said) == LDAP_OPT_SUCCESS &&
      said != nullptr && *said != '\0') {
    absl::StrAppend(&text, ": ", said);
  }
  ldap_memfree(said);
  if (code > 0) absl::StrAppend(&text, " (result ", code, ")");
  return text;
}

}  // namespace sallyport::server
