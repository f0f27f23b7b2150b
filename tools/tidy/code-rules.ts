import { wordsOf } from './naming-rules.js';
import { walk, type Finding, type Node, type SourceFile } from './source-file.js';

const IMPURE_GLOBALS: Readonly<Record<string, string>> = {
  Date: 'pass the instant or the business date in as an argument',
  process: 'pass the value in as an argument',
  fetch: 'fetch in a service and pass the result in',
  performance: 'pass the instant in as an argument',
  setTimeout: 'wait in a service',
  setInterval: 'repeat in a service',
};

/** Pure libraries compute: what they cannot be given as an argument they must not use. */
export function purityFindings(file: SourceFile): Finding[] {
  if (file.kind !== 'pure' || file.isSpec) return [];
  return findIn(file, (node, ancestors) => {
    if (isMember(node, 'Math', 'random')) return 'no Math.random in a pure library: pass the random numbers in';
    if (node.type !== 'Identifier' || !isReference(node, ancestors.at(-1))) return undefined;
    const instead = Object.hasOwn(IMPURE_GLOBALS, node.name) ? IMPURE_GLOBALS[node.name] : undefined;
    return instead === undefined ? undefined : `no ${node.name} in a pure library: ${instead}`;
  });
}

/** An app that reads the system's clock cannot be tested on another day, nor simulated. */
export function clockFindings(file: SourceFile): Finding[] {
  if (!file.path.startsWith('apps/') || file.kind === 'test' || file.isSpec) return [];
  return findIn(file, (node) => {
    const isNow = node.type === 'NewExpression' && isNamed(node.callee, 'Date') && node.arguments.length === 0;
    return isNow || isMember(node, 'Date', 'now') ? 'inject the clock and ask it for the time' : undefined;
  });
}

export function consoleFindings(file: SourceFile): Finding[] {
  if (!/^(apps|libs)\//.test(file.path)) return [];
  return findIn(file, (node, ancestors) =>
    node.type === 'Identifier' && node.name === 'console' && isReference(node, ancestors.at(-1))
      ? 'no console here: inject the logger'
      : undefined,
  );
}

/** A double holds 53 bits and no hundredths. The nearest enclosing name counts too: `const totalFen = Number(text)`. */
export function moneyFindings(file: SourceFile): Finding[] {
  if (file.isSpec) return [];
  return findIn(file, (node, ancestors) => {
    if (node.type !== 'CallExpression') return undefined;
    const { callee } = node;
    const isFloat = isNamed(callee, 'parseFloat') || isNamed(callee, 'Number');
    const isFixed = callee.type === 'MemberExpression' && isNamed(callee.property, 'toFixed');
    if (!isFloat && !isFixed) return undefined;
    const names = [...namesIn(node), ...enclosingName(ancestors)];
    const money = names.find((name) => wordsOf(name).some((word) => /^(fen|yuan)$/i.test(word)));
    if (money === undefined) return undefined;
    return `${money} is money: keep it a Fen (bigint); parseYuan reads an amount and formatYuan writes one`;
  });
}

const SQL_METHODS = new Set(['query', 'where', 'andWhere', 'orWhere', 'having']);

/** SQL built from values is SQL that a value can rewrite. What is written in the sources themselves may be spliced in. */
export function sqlFindings(file: SourceFile): Finding[] {
  if (!file.path.startsWith('apps/') || file.isSpec) return [];
  return findIn(file, (node) => {
    if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return undefined;
    const { property } = node.callee;
    const [sql] = node.arguments;
    if (property.type !== 'Identifier' || !SQL_METHODS.has(property.name) || sql === undefined || !isSpliced(sql))
      return undefined;
    return 'pass the value as a parameter ($1, :name); only constants in CAPITALS and functions of literals may be spliced into SQL';
  });
}

const ROUTE_DECORATORS = /^(Get|Post|Put|Patch|Delete|Head|Options|All|Search|RequestMapping)$/;
const ROUTE_MAKER = 'apps/gateway/src/http/endpoint.ts';

/** A route that is made otherwise doesn't have to say who may call it. */
export function routeFindings(file: SourceFile): Finding[] {
  if (!file.path.startsWith('apps/') || file.isSpec || file.path === ROUTE_MAKER) return [];
  return findIn(file, (node) => {
    if (node.type !== 'ImportSpecifier' || node.imported.type !== 'Identifier') return undefined;
    return ROUTE_DECORATORS.test(node.imported.name)
      ? 'make routes with @Endpoint, which asks who may call them and for which tenant'
      : undefined;
  });
}

/** Findings at the nodes for which `messageAt` has something to say. */
function findIn(
  file: SourceFile,
  messageAt: (node: Node, ancestors: readonly Node[]) => string | undefined,
): Finding[] {
  const findings: Finding[] = [];
  walk(file.program, (node, ancestors) => {
    const message = messageAt(node, ancestors);
    if (message !== undefined) findings.push({ path: file.path, line: file.lineOf(node.start), message });
  });
  return findings;
}

function isNamed(node: Node, name: string): boolean {
  return node.type === 'Identifier' && node.name === name;
}

function isMember(node: Node, object: string, property: string): boolean {
  return node.type === 'MemberExpression' && isNamed(node.object, object) && isNamed(node.property, property);
}

/** Whether an identifier stands for a variable, rather than naming a property as `job.process` does. */
function isReference(node: Node, parent: Node | undefined): boolean {
  if (parent === undefined) return true;
  if (parent.type === 'MemberExpression') return parent.object === node || parent.computed;
  if ('key' in parent && parent.key === node) return 'computed' in parent && parent.computed;
  return true;
}

function namesIn(node: Node): string[] {
  const names: string[] = [];
  walk(node, (inner) => void (inner.type === 'Identifier' && names.push(inner.name)));
  return names;
}

/** The variable, property or assignment target that the expression gives its value to. */
function enclosingName(ancestors: readonly Node[]): string[] {
  for (const node of ancestors.toReversed()) {
    if (node.type === 'VariableDeclarator') return namesIn(node.id);
    if (node.type === 'AssignmentExpression') return namesIn(node.left);
    if (node.type === 'Property' || node.type === 'PropertyDefinition') return namesIn(node.key);
    if (node.type.endsWith('Statement') || node.type.includes('Function')) return [];
  }
  return [];
}

/** Whether text is put together from anything that can differ between two runs. */
function isSpliced(node: Node): boolean {
  if (node.type === 'TemplateLiteral') return !node.expressions.every(isConstant);
  if (node.type !== 'BinaryExpression' || node.operator !== '+') return false;
  return !isConstant(node.left) || !isConstant(node.right);
}

/** Made of literals, constants in capitals, and functions of those: every variable in it is bound within it. */
function isConstant(expression: Node): boolean {
  const bound = new Set<string>();
  walk(expression, (node) => {
    if (node.type === 'ArrowFunctionExpression') for (const name of node.params.flatMap(namesIn)) bound.add(name);
  });
  let constant = true;
  walk(expression, (node, ancestors) => {
    const parent = ancestors.at(-1);
    if (node.type === 'ThisExpression' || node.type === 'AwaitExpression') constant = false;
    if (node.type !== 'Identifier' || !isReference(node, parent)) return;
    const isCalled = parent?.type === 'CallExpression' && parent.callee === node;
    if (!isCalled && !bound.has(node.name) && !/^[A-Z][A-Z0-9_]*$/.test(node.name)) constant = false;
  });
  return constant;
}
