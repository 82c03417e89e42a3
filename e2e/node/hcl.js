// Reads Terraform files with HashiCorp's own parser and prints what is declared, and what is named and not declared. Arguments: the folder.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { parse, getReferencesInExpression } = require('@cdktf/hcl2json');

/** What stands for itself in any expression. */
const ALWAYS = new Set(['each', 'count', 'self', 'path', 'terraform']);

function* texts(value) {
  if (typeof value === 'string') {
    yield value;
  } else if (value && typeof value === 'object') {
    for (const [key, member] of Object.entries(value)) {
      yield key;
      yield* texts(member);
    }
  }
}

/** The `${...}` parts of a text, innermost braces counted. */
function* expressions(text) {
  for (let from = text.indexOf('${'); from >= 0; from = text.indexOf('${', from + 1)) {
    let depth = 0;
    for (let at = from + 1; at < text.length; at++) {
      depth += text[at] === '{' ? 1 : text[at] === '}' ? -1 : 0;
      if (depth === 0) {
        yield text.slice(from, at + 1);
        break;
      }
    }
  }
}

async function main(folder) {
  const files = fs.readdirSync(folder).filter((name) => name.endsWith('.tf')).sort();
  const declared = new Set();
  const parsed = [];
  for (const name of files) {
    const blocks = await parse(name, fs.readFileSync(path.join(folder, name), 'utf8'));
    parsed.push([name, blocks]);
    for (const [kind, members] of Object.entries(blocks)) {
      for (const [first, inner] of Object.entries(members)) {
        if (kind === 'variable') declared.add(`var.${first}`);
        if (kind === 'locals') Object.keys(inner).forEach((local) => declared.add(`local.${local}`));
        if (kind === 'resource') Object.keys(inner).forEach((second) => declared.add(`${first}.${second}`));
        if (kind === 'data') Object.keys(inner).forEach((second) => declared.add(`data.${first}.${second}`));
      }
    }
  }
  for (const [name, blocks] of parsed) {
    for (const text of texts(blocks)) {
      for (const expression of expressions(text)) {
        for (const { value } of await getReferencesInExpression(name, expression)) {
          const parts = value.split('.');
          // A type, such as string.
          if (parts.length === 1) continue;
          const root = parts.slice(0, parts[0] === 'data' ? 3 : 2).join('.').replace(/\[.*/, '');
          if (!ALWAYS.has(parts[0]) && !declared.has(root)) console.log(`missing ${name} ${value}`);
        }
      }
    }
  }
  [...declared].sort().forEach((one) => console.log(`declared ${one}`));
}

main(process.argv[2]).catch((error) => {
  console.error(String(error));
  process.exit(1);
});
