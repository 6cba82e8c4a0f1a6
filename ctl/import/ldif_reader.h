#ifndef SALLYPORT_CTL_IMPORT_LDIF_READER_H_
#define SALLYPORT_CTL_IMPORT_LDIF_READER_H_

// Reads LDIF (RFC 2849): the content of a directory, as slapcat and ldapsearch write it.
// Changes, and values that are references to a URL, are refused.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/credentials/secret.h"

namespace sallyport::ctl {

struct LdifValue {
  // The attribute's description as it is written, with its options: "cn;lang-de".
  std::string attribute;
  // Decoded from base64 where it was in that. May be a password.
  Secret value;
};

struct LdifRecord {
  std::string dn;
  std::vector<LdifValue> values;
};

// ReadLdif hands on each record and the number of its first line (from 1), or what is
// wrong with it and the number of the line that is: InvalidArgument. What follows a bad
// record is read all the same.
void ReadLdif(std::string_view content,
              const std::function<void(size_t line, absl::StatusOr<LdifRecord> record)>& done);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_IMPORT_LDIF_READER_H_
