#ifndef SALLYPORT_CTL_IMPORT_RUN_H_
#define SALLYPORT_CTL_IMPORT_RUN_H_

// Brings imported users to a sallyportd, and tells what came of it.

#include <cstdint>
#include <string>

#include "ctl/connection_options.h"
#include "ctl/import/imported_user.h"
#include "ctl/output.h"
#include "process/exit_code.h"
#include "sallyport/v1/admin.pb.h"

namespace sallyport::ctl {

struct ImportOptions {
  ConnectionOptions connection;
  OutputFormat output = OutputFormat::kText;
  std::string file;
  std::string store;   // empty: the only one
  std::string tenant;  // empty: the store does not keep tenants apart
  v1::OnConflict on_conflict = v1::ON_CONFLICT_FAIL;
  bool dry_run = false;
};

// RunImport imports each user of `import`, one after the other, or none in a dry run. What
// is wrong with one does not stop the others; it stops where the service is busy or
// cannot be reached for ten seconds. The exit code is kOk where everything carried over;
// kUnavailable where it stopped, kRefused where some users were not taken, kConfig where
// some of the file did not carry over, in that order.
process::ExitCode RunImport(const ImportOptions& options, const Import& import);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_IMPORT_RUN_H_
