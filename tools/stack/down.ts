import { stopBackground } from './background.js';
import { tellProblems } from './command-line.js';

process.exitCode = await tellProblems(async () => {
  process.stdout.write((await stopBackground()) ? '已停止 Stopped.\n' : '没有在运行的系统 Nothing was running.\n');
  return 0;
});
