#ifndef SALLYPORT_TESTS_SERVER_STORES_POSTGRESQL_POSTGRESQL_SERVER_H_
#define SALLYPORT_TESTS_SERVER_STORES_POSTGRESQL_POSTGRESQL_SERVER_H_

// A real PostgreSQL server with a cluster of its own, in a scratch folder: on a Unix
// socket, where it believes everybody, and on the loopback address, where it asks for
// passwords. It has an empty database "sallyport", which the user "sallyport" (password
// "sesame") owns. In tests only. Not thread-safe, but for Query.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/kerberos/child_process.h"

namespace sallyport::server {

class PostgresqlServer {
 public:
  // PostgresqlServer starts.
  PostgresqlServer();
  ~PostgresqlServer();
  PostgresqlServer(const PostgresqlServer&) = delete;
  PostgresqlServer& operator=(const PostgresqlServer&) = delete;

  // Shared is one that lasts as long as the program.
  static PostgresqlServer& Shared();

  // Connection is a string for libpq, over the Unix socket.
  std::string Connection(const std::string& user = "sallyport") const;
  // TcpConnection is without a user.
  std::string TcpConnection(const std::string& host = "127.0.0.1") const;

  // NewSchema is a name that needs quotes, and that nobody has used.
  std::string NewSchema();

  // Query runs SQL as the superuser, and is the first value of the first row. Nothing where
  // there is none; a failed test where it fails.
  std::string Query(const std::string& sql) const;

  // Stop ends the server and all sessions, Start starts it again; each may be called
  // twice.
  void Stop();
  void Start();
  // Pause has the server and all its sessions do nothing until Resume.
  void Pause();
  void Resume();

  // Restart starts it anew with these settings (postgresql.conf's) besides its own.
  void Restart(std::map<std::string, std::string> settings);

  // Write writes a file that the server can read, and is its path.
  std::string Write(const std::string& name, const std::string& content) const;

 private:
  void Initialize();
  // Whether it is there and takes connections.
  bool TryStart();
  // The server and what it has started.
  std::vector<pid_t> Processes() const;
  std::string QueryIn(const std::string& database, const std::string& sql) const;
  // Makes it a file or folder of the server's user.
  void GiveAway(const std::string& path) const;
  std::vector<std::string> AsUser(std::vector<std::string> command) const;

  std::map<std::string, std::string> settings_;
  std::string folder_;
  int port_ = 0;
  // Whether clients may know the port.
  bool port_is_known_ = false;
  int schemas_ = 0;
  bool paused_ = false;
  std::unique_ptr<ChildProcess> server_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_STORES_POSTGRESQL_POSTGRESQL_SERVER_H_
