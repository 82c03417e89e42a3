/** The doctor against services that fail, and IAM policies. */
@NullMarked
package io.firegate.doctor;

import org.jspecify.annotations.NullMarked;
