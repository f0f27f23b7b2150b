import { readEnvironment, serviceEnvironment } from '@yiditong/chassis';

export const environment = readEnvironment(serviceEnvironment);
