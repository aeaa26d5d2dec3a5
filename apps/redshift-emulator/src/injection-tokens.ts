export const LOGGER = Symbol('logger');
/** null: requests are not limited */
export const REQUEST_RATES = Symbol('request rates');
