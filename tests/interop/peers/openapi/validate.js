// Validates OpenAPI documents: PATH..., JSON or YAML.
import { Validator } from "@seriousme/openapi-schema-validator";

let failed = 0;
const paths = process.argv.slice(2);
for (const path of paths) {
  const { valid, errors } = await new Validator().validate(path);
  if (!valid) {
    failed += 1;
    console.error(`${path}: ${JSON.stringify(errors).slice(0, 400)}`);
  }
}
console.log(`openapi-schema-validator: ${paths.length - failed} valid, ${failed} invalid`);
process.exit(failed ? 1 : 0);
