#ifndef SALLYPORT_CTL_IMPORT_LDIF_H_
#define SALLYPORT_CTL_IMPORT_LDIF_H_

// Users of a directory's LDIF. A user is an entry with the attribute that names users;
// its credentials are the values of userPassword (RFC 2307: without a scheme they are in
// the clear, RFC 4519 section 2.41) and authPassword (RFC 3112). Its groups are those of
// memberOf, a DN's first value being the group's name, and the entries of the file that
// are groupOfNames, groupOfUniqueNames or posixGroup and have it as a member. It is
// disabled where the directory's own lock says so: nsAccountLock, pwdAccountLockedTime,
// userAccountControl.

#include <map>
#include <string>
#include <string_view>

#include "ctl/import/imported_user.h"

namespace sallyport::ctl {

struct LdifOptions {
  std::string name_attribute = "uid";
  // Attributes to take along: what they are to be called, by what they are in the file.
  std::map<std::string, std::string> attributes;
};

// ImportLdif reads the content of the file at `path`, which is for the places.
Import ImportLdif(std::string_view content, const std::string& path, const LdifOptions& options);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_IMPORT_LDIF_H_
