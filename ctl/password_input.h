#ifndef SALLYPORT_CTL_PASSWORD_INPUT_H_
#define SALLYPORT_CTL_PASSWORD_INPUT_H_

// Where a password or a token comes from: never from the command line, which every
// user of the machine can read.

#include <string>

#include "absl/status/statusor.h"
#include "core/credentials/secret.h"

namespace sallyport::ctl {

// ReadPassword asks for it on the terminal, without echo, where standard input
// is one; else it reads the first line of standard input, without its end.
// `prompt` is such as "Password: ". InvalidArgument where it is empty or longer
// than 4096 bytes; Cancelled where a signal came.
absl::StatusOr<Secret> ReadPassword(const std::string& prompt);

// ReadToken is ReadPassword for a bearer token, of up to 16384 bytes; most terminals
// take no more than 4095 in a line.
absl::StatusOr<Secret> ReadToken(const std::string& prompt);

// ReadNewPassword is ReadPassword, but on a terminal it asks twice, and fails
// with InvalidArgument where the two differ.
absl::StatusOr<Secret> ReadNewPassword();

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_PASSWORD_INPUT_H_
