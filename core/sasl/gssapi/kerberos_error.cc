#include "core/sasl/gssapi/kerberos_error.h"

#include <krb5/krb5.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

namespace sallyport {
namespace {

using enum FailureReason;

struct Entry {
  int32_t code;
  FailureReason reason;
  const char* what;
};

// Of the codes that a thing may go wrong with, those whose cure is not the same.
constexpr std::array kAcceptErrors = {
    Entry{KRB5KRB_AP_ERR_SKEW, kKerberosRefused,
          "the client's clock and ours differ too much: check the time on both"},
    Entry{KRB5KRB_AP_ERR_TKT_EXPIRED, kKerberosRefused, "the client's ticket has expired"},
    Entry{KRB5KRB_AP_ERR_TKT_NYV, kKerberosRefused,
          "the client's ticket is not valid yet: check the time here and on the KDC"},
    Entry{KRB5KRB_AP_ERR_TKT_INVALID, kKerberosRefused, "the client's ticket is not valid yet"},
    Entry{KRB5KRB_AP_ERR_REPEAT, kKerberosRefused,
          "the client's message was sent before: a replay"},
    Entry{KRB5KRB_AP_ERR_NOT_US, kKerberosRefused,
          "the client's ticket is for another service than the keytab has a key of"},
    Entry{KRB5KRB_AP_WRONG_PRINC, kKerberosRefused,
          "the client's ticket is for another service than the one that is configured"},
    Entry{KRB5_KT_NOTFOUND, kKerberosRefused,
          "the client's ticket is for another service than the keytab has a key of"},
    Entry{KRB5KRB_AP_ERR_NOKEY, kKerberosRefused,
          "the client's ticket is for another service than the keytab has a key of"},
    Entry{KRB5_KT_KVNONOTFOUND, kKerberosRefused,
          "the client's ticket is for an older or newer key than the keytab has: export it anew"},
    Entry{KRB5KRB_AP_ERR_BADKEYVER, kKerberosRefused,
          "the client's ticket is for an older or newer key than the keytab has: export it anew"},
    Entry{KRB5KRB_AP_ERR_BAD_INTEGRITY, kKerberosRefused,
          "the client's ticket is not made with the key in the keytab: export that anew"},
    Entry{KRB5KRB_AP_ERR_MODIFIED, kKerberosRefused,
          "the client's ticket is not made with the key in the keytab: export that anew"},
    Entry{KRB5KRB_AP_ERR_BADMATCH, kKerberosRefused,
          "the client's ticket and its authenticator name different clients"},
    Entry{KRB5KRB_AP_ERR_ILL_CR_TKT, kKerberosRefused,
          "the path of realms that the client's ticket came by is not allowed"},
    Entry{KRB5_BAD_ENCTYPE, kKerberosRefused,
          "the client's ticket is of an encryption type that krb5.conf does not allow"},
    Entry{KRB5_NOPERM_ETYPE, kKerberosRefused,
          "the client's ticket is of an encryption type that krb5.conf does not allow"},
    Entry{KRB5KRB_AP_ERR_BADADDR, kKerberosRefused, "the client's ticket is for another address"},
    Entry{KRB5KRB_AP_ERR_MSG_TYPE, kMalformedMessage, "the client's token is not an AP-REQ"},
    Entry{KRB5KRB_AP_ERR_BADVERSION, kMalformedMessage,
          "the client's token is of no known version"},
    Entry{KRB5_RC_IO, kMisconfigured, "the replay cache cannot be used"},
    Entry{KRB5_RC_IO_PERM, kMisconfigured,
          "the replay cache may not be written: check KRB5RCACHENAME"},
    Entry{KRB5_RC_IO_IO, kMisconfigured, "the replay cache cannot be written"},
    Entry{KRB5_RC_IO_UNKNOWN, kMisconfigured, "the replay cache cannot be used"},
    Entry{KRB5_RC_IO_SPACE, kMisconfigured, "the replay cache's disk is full"},
    Entry{KRB5_RC_UNKNOWN, kMisconfigured, "the replay cache cannot be used"},
    Entry{ENOENT, kMisconfigured, "the replay cache's folder does not exist: check KRB5RCACHENAME"},
    Entry{EACCES, kMisconfigured, "the replay cache may not be written: check KRB5RCACHENAME"},
    Entry{EPERM, kMisconfigured, "the replay cache may not be written: check KRB5RCACHENAME"},
    Entry{EROFS, kMisconfigured, "the replay cache may not be written: check KRB5RCACHENAME"},
    Entry{ENOTDIR, kMisconfigured, "the replay cache's folder is none: check KRB5RCACHENAME"},
    Entry{EISDIR, kMisconfigured, "the replay cache is a folder: check KRB5RCACHENAME"},
    Entry{ENOSPC, kMisconfigured, "the replay cache's disk is full"},
    Entry{EIO, kMisconfigured, "the replay cache cannot be written"},
    Entry{EMFILE, kOverloaded, "no more files can be opened"},
    Entry{ENFILE, kOverloaded, "no more files can be opened"},
    Entry{ENOMEM, kOverloaded, "there is no more memory"},
};

constexpr std::array kAcquireErrors = {
    Entry{ENOENT, kMisconfigured, "the keytab does not exist"},
    Entry{EACCES, kMisconfigured, "the keytab may not be read"},
    Entry{EMFILE, kOverloaded, "no more files can be opened"},
    Entry{ENFILE, kOverloaded, "no more files can be opened"},
    Entry{ENOMEM, kOverloaded, "there is no more memory"},
    Entry{KRB5_KT_NOTFOUND, kMisconfigured, "the keytab does not exist, or is empty"},
    Entry{KRB5_KT_IOERR, kMisconfigured, "the keytab cannot be read"},
    Entry{KRB5_KT_FORMAT, kMisconfigured, "the keytab is not one"},
    Entry{KRB5_KEYTAB_BADVNO, kMisconfigured, "the keytab is not one"},
    Entry{KRB5_KT_UNKNOWN_TYPE, kMisconfigured, "the keytab's name has an unknown type"},
    Entry{KRB5_CONFIG_CANTOPEN, kMisconfigured, "krb5.conf cannot be read"},
    Entry{KRB5_CONFIG_BADFORMAT, kMisconfigured, "krb5.conf is malformed"},
    Entry{KRB5_CONFIG_NODEFREALM, kMisconfigured, "krb5.conf names no default realm"},
};

template <size_t n>
const Entry* Find(const std::array<Entry, n>& entries, OM_uint32 minor) {
  const auto code = static_cast<int32_t>(minor);
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [code](const Entry& entry) { return entry.code == code; });
  return found == entries.end() ? nullptr : &*found;
}

void AppendText(OM_uint32 code, int kind, std::string* out) {
  OM_uint32 minor = 0;
  OM_uint32 more = 0;
  GssBuffer text;
  // The first line says it; where there are more they only add to it.
  if (gss_display_status(&minor, code, kind, gss_mech_krb5, &more, text.out()) == GSS_S_COMPLETE) {
    out->append(text.view());
  }
}

}  // namespace

Failure AcquireFailure(GssStatus status) {
  if (const Entry* const entry = Find(kAcquireErrors, status.minor)) {
    return Failure{entry->reason, entry->what};
  }
  return Failure{kMisconfigured, "the keytab holds no key of the service that is configured"};
}

Failure AcceptFailure(GssStatus status) {
  if (const Entry* const entry = Find(kAcceptErrors, status.minor)) {
    return Failure{entry->reason, entry->what};
  }
  switch (GSS_ROUTINE_ERROR(status.major)) {
    case GSS_S_DEFECTIVE_TOKEN:
    case GSS_S_BAD_MECH:
      return Failure{kMalformedMessage, "the client's token is not one of Kerberos's"};
    case GSS_S_NO_CRED:
      return Failure{kMisconfigured, "the keytab cannot be used"};
    case GSS_S_DUPLICATE_TOKEN:
    case GSS_S_OLD_TOKEN:
      return Failure{kKerberosRefused, "the client's message was sent before: a replay"};
    case GSS_S_CREDENTIALS_EXPIRED:
      return Failure{kKerberosRefused, "the client's ticket has expired"};
    default:
      return Failure{kKerberosRefused,
                     "the Kerberos library refused the client's ticket: KRB5_TRACE says why"};
  }
}

const char* ServerFaultIn(GssStatus status) {
  if (const Entry* const entry = Find(kAcceptErrors, status.minor)) {
    return entry->reason == kKerberosRefused ? entry->what : "the server's token is malformed";
  }
  return "the server's token is not the answer to ours";
}

std::string KerberosText(GssStatus status) {
  std::string text;
  if (status.minor != 0) {
    AppendText(status.minor, GSS_C_MECH_CODE, &text);
  } else {
    AppendText(status.major, GSS_C_GSS_CODE, &text);
  }
  return text;
}

}  // namespace sallyport
