/** Catalogues made by the build (vite.config.ts): the clinic's with the names of the muscles, and the patient's. */
declare module "*.json?clinic" {
  const catalogue: Record<string, string>;
  export default catalogue;
}
declare module "*.json?phone" {
  const catalogue: Record<string, string>;
  export default catalogue;
}
