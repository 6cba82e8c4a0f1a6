#include "ctl/policy.h"

#include "ctl/policy_commands.h"

namespace sallyport::ctl {

void AddPolicyCommand(CLI::App& app, Action& chosen) {
  CLI::App& policy = *app.add_subcommand("policy", "check, compare, explain and reload policies");
  policy.require_subcommand(1);
  policy.footer(
      "Examples:\n"
      "  sallyportctl policy check policy.yaml\n"
      "  sallyportctl policy explain --listener amqps --mechanism PLAIN --user alice\n"
      "\n"
      "'sallyportctl policy COMMAND --help' tells about each.");
  AddPolicyCheck(policy, chosen);
  AddPolicyShow(policy, chosen);
  AddPolicyDiff(policy, chosen);
  AddPolicyExplain(policy, chosen);
  AddPolicyReplay(policy, chosen);
  AddPolicyReload(policy, chosen);
}

}  // namespace sallyport::ctl
