/** Assigns node ids, subnets and addresses as annotations, leader-elected. */
export const name = '@ovnkube/master-controller';
