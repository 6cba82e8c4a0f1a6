#ifndef SALLYPORT_TESTS_FUZZ_CHECKED_IMPORT_H_
#define SALLYPORT_TESTS_FUZZ_CHECKED_IMPORT_H_

// What must hold of every import, whatever the file. For fuzz targets only.

#include <cstdlib>
#include <set>
#include <string>

#include "core/credentials/credential.h"
#include "core/credentials/stored_form.h"
#include "ctl/import/imported_user.h"

namespace sallyport::ctl {

inline void Require(bool holds) {
  if (!holds) std::abort();
}

// CheckImport aborts where a name is no stored name or is there twice, where an enabled user has no
// credential or one that is not in its text form, or where a problem says nothing.
inline void CheckImport(const Import& import) {
  std::set<std::string> names;
  for (const ImportedUser& user : import.users) {
    Require(names.insert(user.name).second);
    Require(StoredName(user.name) == user.name);
    Require((user.disabled || !user.credentials.empty()) && !user.place.empty());
    for (const Secret& text : user.credentials) {
      const auto credential = ParseCredential(text.view());
      Require(credential.ok() && FormatCredential(*credential) == text.view());
    }
    for (const std::string& group : user.groups) Require(IsDisplayable(group));
  }
  for (const ImportProblem& problem : import.problems) {
    Require(!problem.place.empty() && !problem.what.empty());
  }
}

}  // namespace sallyport::ctl

#endif  // SALLYPORT_TESTS_FUZZ_CHECKED_IMPORT_H_
