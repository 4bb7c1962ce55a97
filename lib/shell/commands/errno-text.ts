/** strerror(3), by the name that commands know it by. */
export { strerror as errnoText } from '../../std/errno';
