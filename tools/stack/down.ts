import { stopBackground } from './background.js';

process.stdout.write((await stopBackground()) ? '已停止 Stopped.\n' : '没有在运行的系统 Nothing was running.\n');
