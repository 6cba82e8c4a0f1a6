#ifndef SALLYPORT_CTL_IMPORT_PASSWORD_FILE_H_
#define SALLYPORT_CTL_IMPORT_PASSWORD_FILE_H_

// Users of a password file: of htpasswd, passwd(5) or shadow(5), or what a flat-file store
// reads (core/credentials/password_line.h). Lines of one name are one user's credentials.

#include <string>
#include <string_view>

#include "ctl/import/imported_user.h"

namespace sallyport::ctl {

// ImportPasswordFile reads the content of the file at `path`, which is for the places.
Import ImportPasswordFile(std::string_view content, const std::string& path);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_IMPORT_PASSWORD_FILE_H_
