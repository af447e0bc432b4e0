// Turns Kubernetes manifests into TypeScript, whose compiler then knows each field's name and type: node manifests.mjs OUT FILE...
// Says how many objects it wrote, and names those whose API has no types here.
import fs from 'node:fs';
import yaml from 'js-yaml';

const types = {
  'v1': 'kubernetes-models/v1',
  'apps/v1': 'kubernetes-models/apps/v1',
  'policy/v1': 'kubernetes-models/policy/v1',
  'keda.sh/v1alpha1': '@kubernetes-models/keda/keda.sh/v1alpha1',
  'monitoring.coreos.com/v1': '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
};
const [out, ...files] = process.argv.slice(2);
const written = [];
const untyped = new Set();
for (const file of files) {
  for (const {apiVersion, kind, ...rest} of yaml.loadAll(fs.readFileSync(file, 'utf8'))) {
    if (types[apiVersion]) {
      const name = kind + written.length;
      written.push(`// ${file}\nimport {${kind} as ${name}} from '${types[apiVersion]}';\nnew ${name}(${JSON.stringify(rest, null, 2)});\n`);
    } else {
      untyped.add(apiVersion);
    }
  }
}
fs.writeFileSync(out, written.join(''));
console.log(JSON.stringify({written: written.length, untyped: [...untyped].sort()}));
