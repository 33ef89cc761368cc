namespace provisioning.log;

/** The secret that authenticates the tokens in links: see srv/odata/request/link-tokens.ts. */
entity TokenSecrets {
  key number : Integer;

      /** 32 random bytes, in base64url. */
      secret : String(43) not null;
}
