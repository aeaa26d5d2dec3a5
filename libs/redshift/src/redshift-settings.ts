import { ConfigError } from '@elias/config';
import { z } from 'zod';

/**
 * Settings of every app that speaks to Redshift; spread into the app's schema. A local stand-in is named by
 * `AWS_ENDPOINT_URL_REDSHIFT_DATA`, which the SDK reads itself.
 */
export const redshiftSettings = {
  AWS_REGION: z.string().min(1).default('us-east-1').describe('region of the warehouse, e.g. eu-central-1'),
  REDSHIFT_DATABASE: z.string().min(1).max(127).describe('name of the database'),
  REDSHIFT_WORKGROUP: z.string().min(1).optional().describe('name of a serverless workgroup'),
  REDSHIFT_CLUSTER: z.string().min(1).optional().describe('identifier of a provisioned cluster, instead of a workgroup'),
  REDSHIFT_DB_USER: z.string().min(1).optional().describe('database user, with a cluster'),
  REDSHIFT_SECRET_ARN: z.string().min(1).optional().describe('secret that holds the database login'),
};

/** Which database the Data API speaks to, and as whom. */
export interface RedshiftTarget {
  readonly database: string;
  readonly workgroup?: string | undefined;
  readonly cluster?: string | undefined;
  readonly dbUser?: string | undefined;
  readonly secretArn?: string | undefined;
}

/** @throws ConfigError when it is neither one workgroup nor one cluster with a login */
export function redshiftTarget(config: z.output<z.ZodObject<typeof redshiftSettings>>): RedshiftTarget {
  const { REDSHIFT_WORKGROUP: workgroup, REDSHIFT_CLUSTER: cluster, REDSHIFT_DB_USER: dbUser, REDSHIFT_SECRET_ARN: secretArn } = config;
  const problem = targetProblem({ workgroup, cluster, dbUser, secretArn });
  if (problem !== null) throw new ConfigError([problem]);
  return { database: config.REDSHIFT_DATABASE, workgroup, cluster, dbUser, secretArn };
}

function targetProblem(target: Omit<RedshiftTarget, 'database'>): { name: string; problem: string } | null {
  const { workgroup, cluster, dbUser, secretArn } = target;
  if (workgroup === undefined && cluster === undefined)
    return { name: 'REDSHIFT_WORKGROUP', problem: 'is missing, and so is REDSHIFT_CLUSTER' };
  if (workgroup !== undefined && cluster !== undefined) return { name: 'REDSHIFT_CLUSTER', problem: 'excludes REDSHIFT_WORKGROUP' };
  if (workgroup !== undefined && dbUser !== undefined) return { name: 'REDSHIFT_DB_USER', problem: 'is for clusters, not for workgroups' };
  const login = workgroup !== undefined || dbUser !== undefined || secretArn !== undefined;
  return login ? null : { name: 'REDSHIFT_DB_USER', problem: 'is missing, and so is REDSHIFT_SECRET_ARN' };
}
