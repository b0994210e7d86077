/** Whether keys of the configuration are what they are said to be. Nothing of them is in an error. */

import { createPrivateKey } from 'node:crypto';
import { createSecureContext } from 'node:tls';

/** For a server of TLS: a private key and its certificate, perhaps with its chain. */
export function isKeyPair(pair: { readonly key: string; readonly cert: string }): boolean {
  try {
    createSecureContext(pair);
    return true;
  } catch {
    return false;
  }
}

/** For DKIM, as the library makes it and receivers take it (RFC 8301). */
export function isSigningKey(pem: string): boolean {
  try {
    const key = createPrivateKey(pem);
    return (
      key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 1024
    );
  } catch {
    return false;
  }
}
