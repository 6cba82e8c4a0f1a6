#ifndef SALLYPORT_CTL_USER_OUTPUT_H_
#define SALLYPORT_CTL_USER_OUTPUT_H_

// Users as a person or a script reads them, on standard output.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/output.h"
#include "sallyport/v1/admin.pb.h"

namespace sallyport::ctl {

// UserJson is a user as an object, UserRow as the columns of a table: name, state, expiry,
// credentials, groups.
nlohmann::ordered_json UserJson(const v1::User& user);
std::vector<std::string> UserRow(const v1::User& user);

// PrintUser prints one user: every field, or a JSON object.
void PrintUser(OutputFormat format, const v1::User& user);

// PrintUsers prints a table, or a JSON array.
void PrintUsers(OutputFormat format, const std::vector<v1::User>& users);

// PrintChange prints a sentence ("user 'alice' " and then `what`), or the user
// after the change as a JSON object.
void PrintChange(OutputFormat format, const v1::User& user, std::string_view what);

// PrintDeleted prints a sentence, or {"name": ..., "deleted": true}.
void PrintDeleted(OutputFormat format, std::string_view name);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_USER_OUTPUT_H_
