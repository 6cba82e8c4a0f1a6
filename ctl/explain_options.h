#ifndef SALLYPORT_CTL_EXPLAIN_OPTIONS_H_
#define SALLYPORT_CTL_EXPLAIN_OPTIONS_H_

// The login that `sallyportctl policy explain` is asked about.

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "ctl/policy_commands.h"
#include "policy/explain.h"

namespace sallyport::ctl {

struct ExplainOptions : ServedPolicyOptions {
  // Empty: the active policy.
  std::string file;
  bool offline = false;
  // Its names and the traits of its connection.
  policy::LoginQuestion login;
  std::vector<std::string> groups;
  std::string broker_identity;
  bool unencrypted = false;
};

// AddExplainOptions adds the options to `command`; `options` outlives it.
void AddExplainOptions(CLI::App& command, ExplainOptions& options);

// QuestionOf is the login as policy::Explain takes it.
policy::LoginQuestion QuestionOf(const ExplainOptions& options);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_EXPLAIN_OPTIONS_H_
