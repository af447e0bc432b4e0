// node check.mjs FILE…: what AsyncAPI's own parser says of each; ends with 1 if it is an error or a warning.
import { AvroSchemaParser } from '@asyncapi/avro-schema-parser';
import { fromFile, Parser } from '@asyncapi/parser';

const parser = new Parser();
parser.registerSchemaParser(AvroSchemaParser());
let wrong = 0;
for (const file of process.argv.slice(2)) {
  const { document, diagnostics } = await fromFile(parser, file).parse();
  for (const { severity, message, path } of diagnostics) {
    // Hints about what a document could say more are for its author.
    if (severity > 1) continue;
    console.log(`${file}: ${path.join('.')}: ${message}`);
    wrong += 1;
  }
  if (document) console.log(`${file}: ${document.channels().length} channels, ${document.operations().length} operations`);
}
process.exit(wrong ? 1 : 0);
