namespace provisioning.log;

/** The secret by which the service knows the tokens of its links again: see srv/database/sqlite/token-secret.ts. */
entity TokenSecrets {
  key number : Integer;

      /** 32 random bytes, in base64url. */
      secret : String(43) not null;
}
