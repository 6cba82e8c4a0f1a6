#include "server/stores/postgresql/postgresql_schema.h"

namespace sallyport::server {
namespace {

// Triggers run as the tables' owner, so that who may change a user needs no permission for more
// than that. Revisions are of one sequence, so that a user who is deleted and added again never
// has an old one. Sizes are kept so small that a notification and a lookup's answer stay small.
constexpr std::string_view kMigrations[] = {
    R"(
    CREATE SEQUENCE revisions;

    CREATE TABLE users (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      tenant text COLLATE "C" NOT NULL DEFAULT '' CHECK (octet_length(tenant) <= 255),
      name text COLLATE "C" NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 255),
      disabled boolean NOT NULL DEFAULT false,
      expires_at timestamptz,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      revision bigint NOT NULL DEFAULT 0,
      groups jsonb NOT NULL DEFAULT '[]'
        CHECK (jsonb_typeof(groups) = 'array' AND octet_length(groups::text) <= 65536),
      attributes jsonb NOT NULL DEFAULT '{}'
        CHECK (jsonb_typeof(attributes) = 'object' AND octet_length(attributes::text) <= 65536),
      UNIQUE (tenant, name)
    );

    CREATE TABLE credentials (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      secret text COLLATE "C" NOT NULL CHECK (octet_length(secret) <= 8192),
      created_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz
    );
    CREATE INDEX credentials_of_user ON credentials (user_id);

    CREATE FUNCTION mark_user() RETURNS trigger LANGUAGE plpgsql
      SECURITY DEFINER SET search_path FROM CURRENT AS $$
    BEGIN
      NEW.revision := nextval('revisions');
      NEW.updated_at := now();
      RETURN NEW;
    END $$;
    CREATE TRIGGER mark_user BEFORE INSERT OR UPDATE ON users
      FOR EACH ROW EXECUTE FUNCTION mark_user();

    CREATE FUNCTION mark_user_of_credential() RETURNS trigger LANGUAGE plpgsql
      SECURITY DEFINER SET search_path FROM CURRENT AS $$
    BEGIN
      IF TG_OP <> 'INSERT' THEN
        UPDATE users SET updated_at = now() WHERE id = OLD.user_id;
      END IF;
      IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND NEW.user_id <> OLD.user_id) THEN
        UPDATE users SET updated_at = now() WHERE id = NEW.user_id;
      END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER mark_user AFTER INSERT OR UPDATE OR DELETE ON credentials
      FOR EACH ROW EXECUTE FUNCTION mark_user_of_credential();

    CREATE FUNCTION mark_all_users() RETURNS trigger LANGUAGE plpgsql
      SECURITY DEFINER SET search_path FROM CURRENT AS $$
    BEGIN
      UPDATE users SET updated_at = now();
      RETURN NULL;
    END $$;
    CREATE TRIGGER mark_all_users AFTER TRUNCATE ON credentials
      FOR EACH STATEMENT EXECUTE FUNCTION mark_all_users();

    CREATE FUNCTION tell_change() RETURNS trigger LANGUAGE plpgsql
      SECURITY DEFINER SET search_path FROM CURRENT AS $$
    BEGIN
      IF TG_OP IN ('UPDATE', 'DELETE') THEN
        PERFORM pg_notify(TG_TABLE_SCHEMA, json_build_array(OLD.tenant, OLD.name)::text);
      END IF;
      IF TG_OP IN ('INSERT', 'UPDATE') THEN
        PERFORM pg_notify(TG_TABLE_SCHEMA, json_build_array(NEW.tenant, NEW.name)::text);
      END IF;
      IF TG_OP = 'TRUNCATE' THEN
        PERFORM pg_notify(TG_TABLE_SCHEMA, '');
      END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER tell_change AFTER INSERT OR UPDATE OR DELETE ON users
      FOR EACH ROW EXECUTE FUNCTION tell_change();
    CREATE TRIGGER tell_all AFTER TRUNCATE ON users
      FOR EACH STATEMENT EXECUTE FUNCTION tell_change();
    )",
};

}  // namespace

std::span<const std::string_view> PostgresqlMigrations() { return kMigrations; }

}  // namespace sallyport::server
