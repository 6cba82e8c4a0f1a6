#ifndef SALLYPORT_TESTS_CLIENT_REPLICA_H_
#define SALLYPORT_TESTS_CLIENT_REPLICA_H_

// A fleet of real sallyportd processes that share a store and sealing keys, and
// can be killed. Each replica is used by one thread at a time.

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

namespace sallyport::client {

class Replica {
 public:
  // Its files lie in `folder`, which is the fleet's.
  Replica(const std::string& folder, const std::string& name);
  ~Replica() { Kill(); }
  Replica(const Replica&) = delete;
  Replica& operator=(const Replica&) = delete;

  // Start returns when it serves: at the address that it had before, if any.
  void Start();

  // Kill ends it by SIGKILL, and returns when it is gone.
  void Kill();

  // Terminate has it drain, and returns when it is gone.
  void Terminate();

  // AddUser adds a user to the store of a replica that serves.
  void AddUser(const std::string& name, const std::string& password);

  // address is "host:port".
  const std::string& address() const { return address_; }

 private:
  void Signal(int signal);

  const std::string folder_;
  const std::string name_;
  std::string address_ = "127.0.0.1:0";
  pid_t pid_ = -1;
};

// Fleet is two replicas that serve, and a user "alice", of "wonderland".
class Fleet {
 public:
  Fleet();
  ~Fleet();

  Replica& first() { return *replicas_[0]; }
  Replica& second() { return *replicas_[1]; }

  // target lists both.
  std::string target() const;

 private:
  const std::string folder_;
  std::vector<std::unique_ptr<Replica>> replicas_;
};

}  // namespace sallyport::client

#endif  // SALLYPORT_TESTS_CLIENT_REPLICA_H_
