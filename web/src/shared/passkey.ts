/** The browser's passkeys, with the JSON forms that browsers and the server share. */
interface JsonCredentials {
  parseCreationOptionsFromJSON: (options: unknown) => PublicKeyCredentialCreationOptions;
  parseRequestOptionsFromJSON: (options: unknown) => PublicKeyCredentialRequestOptions;
}

const forms = () => window.PublicKeyCredential as unknown as JsonCredentials;

export const hasPasskeys = (): boolean =>
  "PublicKeyCredential" in window && "parseCreationOptionsFromJSON" in window.PublicKeyCredential;

const asJson = (made: Credential | null): unknown => {
  if (!made) throw new Error("no credential");
  return (made as unknown as { toJSON: () => unknown }).toJSON();
};

export async function makePasskey(options: unknown): Promise<unknown> {
  return asJson(
    await navigator.credentials.create({ publicKey: forms().parseCreationOptionsFromJSON(options) }),
  );
}

export async function askPasskey(options: unknown): Promise<unknown> {
  return asJson(await navigator.credentials.get({ publicKey: forms().parseRequestOptionsFromJSON(options) }));
}
