/** A catalogue with the texts of the patient's page only; made by the build (vite.config.ts). */
declare module "*.json?phone" {
  const catalogue: Record<string, string>;
  export default catalogue;
}
