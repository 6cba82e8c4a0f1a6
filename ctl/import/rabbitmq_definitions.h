#ifndef SALLYPORT_CTL_IMPORT_RABBITMQ_DEFINITIONS_H_
#define SALLYPORT_CTL_IMPORT_RABBITMQ_DEFINITIONS_H_

// Users of RabbitMQ's definitions, as `rabbitmqctl export_definitions` writes them. A tag
// becomes the group "rabbitmq:<tag>", so that it gives nobody what a group of the same
// name may do elsewhere. Permissions, limits and all else stay behind.

#include <string>
#include <string_view>

#include "ctl/import/imported_user.h"

namespace sallyport::ctl {

// ImportRabbitMqDefinitions reads the content of the file at `path`, which is for the
// places: "definitions.json: users[3]".
Import ImportRabbitMqDefinitions(std::string_view content, const std::string& path);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_IMPORT_RABBITMQ_DEFINITIONS_H_
